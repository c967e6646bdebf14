//! The use of a token: calls of Microsoft Graph, and of no other host.

use crate::net::{Answer, Body, Call, Client, NetError};
use crate::token::authority::Authority;
use crate::token::error::TokenError;
use crate::token::post::check;
use crate::token::secret::Secret;
use zeroize::Zeroizing;

/// A token that is sent to the Graph host of an authority, and nowhere else.
pub struct Bearer<'a> {
    authority: &'a Authority,
    client: &'a Client,
    header: Zeroizing<String>,
}

impl std::fmt::Debug for Bearer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bearer(..)")
    }
}

impl<'a> Bearer<'a> {
    /// Takes a token.
    ///
    /// # Errors
    /// When it holds characters that no token has.
    pub fn new(
        authority: &'a Authority,
        client: &'a Client,
        token: &Secret,
    ) -> Result<Self, TokenError> {
        check(token).map_err(|what| TokenError::Setting {
            what: what.to_owned(),
            help: "give the access token itself".to_owned(),
        })?;
        let token = token.trimmed();
        let mut header = Zeroizing::new(String::with_capacity(token.len() + 7));
        header.push_str("Bearer ");
        header.push_str(token);
        Ok(Self {
            authority,
            client,
            header,
        })
    }

    /// Calls Microsoft Graph. `path` starts with `/` and holds the version and maybe a query.
    ///
    /// # Errors
    /// When there is no whole answer, or the path leads to another host.
    pub fn call(&self, method: &str, path: &str, body: Option<&[u8]>) -> Result<Answer, NetError> {
        self.send(method, path, body, false)
    }

    /// Calls Microsoft Graph where the status matters more than the content: of a large body only the beginning is
    /// read.
    ///
    /// # Errors
    /// When there is no answer, or the path leads to another host.
    pub fn sample(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
    ) -> Result<Answer, NetError> {
        self.send(method, path, body, true)
    }

    fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
        cut: bool,
    ) -> Result<Answer, NetError> {
        let graph = self.authority.graph();
        // `//host/..` and the like would lead elsewhere.
        let url = graph.join(path).ok();
        let url = url.filter(|url| url.origin() == graph.origin() && path.starts_with('/'));
        let Some(url) = url else {
            return Err(NetError::Unsendable { what: "the path" });
        };
        let header = [("authorization", self.header.as_str())];
        self.client.call(&Call {
            method,
            url: &url,
            headers: &header,
            body: body.map_or(Body::None, Body::Json),
            plain: self.authority.plain,
            attempts: 1,
            cut,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::catalog::bundled;
    use crate::net::Settings;
    use crate::token::authority::Wanted;

    #[test]
    fn a_token_goes_to_graph_alone() {
        let authority = Authority::find(&bundled::open().unwrap(), &Wanted::default()).unwrap();
        let client = Client::new(Settings {
            total: Duration::from_millis(1),
            roots: None,
            now: || 0,
            waiting: |_| {},
        });
        let bearer = Bearer::new(&authority, &client, &Secret::new("a.b.c".to_owned())).unwrap();
        for path in [
            "//evil.example/v1.0/me",
            "https://evil.example/",
            "v1.0/me",
            "/\\evil.example/x",
        ] {
            let error = bearer.call("GET", path, None).unwrap_err();
            assert!(matches!(error, NetError::Unsendable { .. }), "{path}");
        }
        assert!(Bearer::new(&authority, &client, &Secret::new("a\nb".to_owned())).is_err());
    }
}
