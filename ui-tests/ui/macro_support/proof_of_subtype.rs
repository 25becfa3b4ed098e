use std::marker::PhantomData;
use std::rc::Rc;

use asyncify_runtime::__private::{self, Proof, Witness};

/// Empty where it may cross threads.
struct Shared<F>(Option<Rc<u8>>, PhantomData<F>);

type Empty = Shared<for<'a> fn(&'a u8)>;
type Full = Shared<fn(&'static u8)>;

// SAFETY: nothing makes an `Empty` that holds an `Rc`.
unsafe impl Send for Empty {}

fn main() {
    let witness: Witness<Empty> = __private::witness(&|| Shared(None, PhantomData));
    let _wider: Witness<Full> = witness;

    let proof: Proof<Empty> = __private::output(__private::witness(&|| Shared(None, PhantomData)));
    let wider: Proof<Full> = proof;
    let call = __private::call(wider, || Shared(Some(Rc::new(8)), PhantomData));
    drop(call.start());
}
