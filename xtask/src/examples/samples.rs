//! The samples of docs/receiver.md: taken from the page as they stand there, and run against the vector of the standard.

use std::fs;
use std::path::Path;

use crate::command::Tool;
use crate::failure::{Failure, Outcome};
use crate::setup;
use crate::workspace::Workspace;

/// What each sample has to do: take the vector, also in a rotation, and refuse whatever differs from it.
const CHECK_PYTHON: &str = r#"
vector = {
    "webhook-id": "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
    "webhook-timestamp": "1649367553",
    "webhook-signature": "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
}
secret, other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
body, sent = b'{"email":"test@example.com","username":"test_user"}', 1649367553
verify([secret], vector, body, sent)
verify([other, secret], vector, body, sent + 300)
verify([secret], {**vector, "webhook-signature": "v1,AAAA v2,x " + vector["webhook-signature"]}, body, sent)
for secrets, headers, given, now in [
    ([other], vector, body, sent),
    ([], vector, body, sent),
    ([secret], {**vector, "webhook-id": "other"}, body, sent),
    ([secret], {**vector, "webhook-signature": "v1,AAAA"}, body, sent),
    ([secret], {**vector, "webhook-timestamp": "soon"}, body, sent),
    ([secret], vector, body + b" ", sent),
    ([secret], vector, body, sent + 301),
    ([secret], vector, body, sent - 301),
]:
    try:
        verify(secrets, headers, given, now)
    except ValueError:
        continue
    raise SystemExit(f"taken: {headers} {given} at {now}")
"#;

const CHECK_NODE: &str = r#"
const vector = {
  'webhook-id': 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
  'webhook-timestamp': '1649367553',
  'webhook-signature': 'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
};
const secret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
const other = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const body = Buffer.from('{"email":"test@example.com","username":"test_user"}');
const sent = 1649367553;
verify([secret], vector, body, sent);
verify([other, secret], vector, body, sent + 300);
verify([secret], { ...vector, 'webhook-signature': `v1,AAAA v2,x ${vector['webhook-signature']}` }, body, sent);
for (const [secrets, headers, given, now] of [
  [[other], vector, body, sent],
  [[], vector, body, sent],
  [[secret], { ...vector, 'webhook-id': 'other' }, body, sent],
  [[secret], { ...vector, 'webhook-signature': 'v1,AAAA' }, body, sent],
  [[secret], { ...vector, 'webhook-timestamp': 'soon' }, body, sent],
  [[secret], vector, Buffer.concat([body, Buffer.from(' ')]), sent],
  [[secret], vector, body, sent + 301],
  [[secret], vector, body, sent - 301],
]) {
  let taken = true;
  try {
    verify(secrets, headers, given, now);
  } catch {
    taken = false;
  }
  if (taken) {
    throw new Error(`taken: ${JSON.stringify(headers)} ${given} at ${now}`);
  }
}
"#;

const CHECK_SHELL: &str = r#"
set -u
secret=whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
other=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
id=msg_27UH4WbU6Z5A5EzD8u03UvzRbpk
sent=1649367553
signature=v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=
body='{"email":"test@example.com","username":"test_user"}'
takes() { printf %s "$body" | verify "$@" || { echo "refused: $*" >&2; exit 1; }; }
refuses() { ! printf %s "$body" | verify "$@" 2>/dev/null || { echo "taken: $*" >&2; exit 1; }; }
takes "$secret" "$id" "$sent" "$signature" "$sent"
takes "$secret" "$id" "$sent" "v1,AAAA v2,x $signature" $((sent + 300))
refuses "$other" "$id" "$sent" "$signature" "$sent"
refuses "$secret" other "$sent" "$signature" "$sent"
refuses "$secret" "$id" "$sent" v1,AAAA "$sent"
refuses "$secret" "$id" soon "$signature" "$sent"
refuses "$secret" "$id" "$sent" "$signature" $((sent + 301))
refuses "$secret" "$id" "$sent" "$signature" $((sent - 301))
body="$body "
refuses "$secret" "$id" "$sent" "$signature" "$sent"
"#;

pub(super) fn check(workspace: &Workspace) -> Outcome {
    setup::node()?;
    let python = setup::python()?;
    let page = workspace.root().join("docs/receiver.md");
    let page = fs::read_to_string(&page).map_err(|error| trouble(&page, &error))?;
    let folder = workspace.examples_target();
    for (language, program, file, check) in [
        ("python", python.as_path(), "verify.py", CHECK_PYTHON),
        ("js", Path::new("node"), "verify.mjs", CHECK_NODE),
        ("bash", Path::new("bash"), "verify.sh", CHECK_SHELL),
    ] {
        let sample = sample(&page, language).ok_or_else(|| {
            Failure::new(format!("docs/receiver.md has no sample in `{language}` any more."))
        })?;
        let file = folder.join(file);
        fs::write(&file, format!("{sample}{check}")).map_err(|error| trouble(&file, &error))?;
        Tool::new(program).args([&file]).run()?;
    }
    Ok(())
}

fn sample<'page>(page: &'page str, language: &str) -> Option<&'page str> {
    let (_, rest) = page.split_once(&format!("```{language}\n"))?;
    rest.split_once("```").map(|(sample, _)| sample)
}

fn trouble(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} cannot be read or written: {error}.", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_what_stands_between_its_fences() {
        let page = "a\n```js\none();\n```\n```python\ntwo()\n```\n";
        assert_eq!(sample(page, "python"), Some("two()\n"));
        assert_eq!(sample(page, "js"), Some("one();\n"));
        assert_eq!(sample(page, "go"), None);
    }
}
