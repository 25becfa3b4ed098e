/// Measures a word.
#[sync_to_async(/*options*/)]
pub fn /*measure*/measure<T, const N: usize>(/*text*/text: T, parts: [T; N]/*params*/) -> usize
where
    T: AsRef<str> + Send + 'static,
{
    let /*local*/local = /*text*/text.as_ref().len();
    /*body*/
    /*local*/local * parts.len()
}

// calls(): /*measure*/measure(String::new(), [String::new()])
