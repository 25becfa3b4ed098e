//! git2: reads the history of a repository, which stays on a thread of its own. The argument is its
//! directory.

use asyncify_runtime::{DedicatedThread, ThreadBound, check_cancelled};
use git2::Repository;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The authors and summaries of all commits, the newest first. Objects of git2 borrow from the
/// repository and stay in the call; owned values leave it.
fn history(repository: &Repository) -> Result<Vec<(String, String)>, Failure> {
    let mut walk = repository.revwalk()?;
    walk.push_head()?;
    let mut commits = Vec::new();
    for id in walk {
        check_cancelled()?;
        let commit = repository.find_commit(id?)?;
        let author = String::from_utf8_lossy(commit.author().name_bytes()).into_owned();
        let summary = commit.summary_bytes().unwrap_or_default();
        commits.push((author, String::from_utf8_lossy(summary).into_owned()));
    }
    Ok(commits)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let path = std::env::args().nth(1).ok_or("which repository?")?;
    let thread = DedicatedThread::new("git")?;
    let repository = ThreadBound::new(&thread, move || Repository::open(path)).await?;

    for (author, summary) in repository.call(|repository| history(repository)).await? {
        println!("{author}: {summary}");
    }
    let branch = repository.call(|repository| -> Result<Option<String>, git2::Error> {
        Ok(repository.head()?.shorthand().ok().map(str::to_owned))
    });
    println!("on {}", branch.await?.unwrap_or_default());
    Ok(())
}
