use asyncify_runtime::sync_to_async;

#[derive(Clone)]
struct Words<'a>(&'a str);

#[sync_to_async]
impl Words<'_> {
    fn count(&self) -> usize {
        self.0.len()
    }
}

#[sync_to_async(suffix = "_async")]
impl<'a> Words<'a> {
    fn new(text: &'a str) -> Self {
        Self(text)
    }

    fn longer(other: Option<Self>) -> usize {
        other.map_or(0, |words| words.0.len())
    }

    #[sync_to_async(in_place)]
    fn first(&self) -> Option<Self> {
        self.0.split(' ').next().map(Words)
    }

    #[cfg(any())]
    fn not_built(&mut self) {}
}

// On a function by itself, the attribute does not see what `Self` is.
impl Words<'_> {
    #[sync_to_async]
    fn into_count(self) -> usize {
        self.0.len()
    }
}

fn main() {}
