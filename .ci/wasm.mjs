// Runs a WebAssembly program with node: `node .ci/wasm.mjs program.wasm`.
import { readFile } from "node:fs/promises";

const module = await WebAssembly.compile(await readFile(process.argv[2]));
if (WebAssembly.Module.imports(module).some((item) => item.module.startsWith("wasi_"))) {
    const { WASI } = await import("node:wasi");
    const wasi = new WASI({ version: "preview1", args: ["program"], returnOnExit: true });
    const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
    process.exitCode = wasi.start(instance);
} else {
    const instance = await WebAssembly.instantiate(module, {});
    process.exitCode = instance.exports.main(0, 0);
}
