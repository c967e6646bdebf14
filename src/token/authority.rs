//! Where tokens are asked for and where they are used: the hosts of a cloud, or those that the user names.
//!
//! Secrets go to the token endpoint of an [`Authority`] and to no other place, so its host comes from the
//! catalog's list of clouds, or is named by the user in so many words.

use crate::catalog::Catalog;
use crate::net::{Url, is_loopback};
use crate::source::escape::shown;
use crate::source::suggest;
use crate::token::error::TokenError;

/// The tenants that stand for several: `common` and its kin.
const SHARED: [&str; 3] = ["common", "organizations", "consumers"];

/// The cloud when nobody says.
const GLOBAL: &str = "global";

/// What the user says of the authority.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// The cloud's name; the worldwide one when there is none.
    pub cloud: Option<&'a str>,
    /// A URL in place of the cloud's login host.
    pub authority: Option<&'a str>,
    /// A URL in place of the cloud's Graph host.
    pub graph: Option<&'a str>,
    /// The audience of assertions in place of the cloud's.
    pub audience: Option<&'a str>,
    /// The tenant.
    pub tenant: Option<&'a str>,
    /// Whether plain http to this machine is meant.
    pub plain: bool,
}

/// Where tokens are asked for, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    login: Url,
    graph: Url,
    tenant: Option<String>,
    /// The cloud, where it is known.
    pub cloud: String,
    /// The audience that assertions of other platforms must have.
    pub federation_audience: Option<String>,
    /// Whether plain http to this machine is meant.
    pub plain: bool,
}

impl Authority {
    /// Finds the authority that is wanted.
    ///
    /// # Errors
    /// When the cloud is unknown, a URL is none or not safe, or the tenant is none.
    pub fn find(catalog: &Catalog, wanted: &Wanted<'_>) -> Result<Self, TokenError> {
        let origin = |text: &str, option: &str| origin(text, option, wanted.plain);
        let login = wanted
            .authority
            .map(|text| origin(text, "--authority"))
            .transpose()?;
        let (login, in_path) = login.map_or((None, None), |(url, path)| (Some(url), path));
        let graph = wanted
            .graph
            .map(|text| origin(text, "--graph"))
            .transpose()?;
        if let Some((_, Some(path))) = &graph {
            return Err(setting(
                format!(
                    "`--graph` names a host, and `{}` is more than that",
                    shown(path)
                ),
                "leave the path out: `https://graph.microsoft.com`",
            ));
        }
        let clouds: Vec<_> = catalog.clouds().collect();
        let of_host = login.as_ref().and_then(|url| {
            let host = url.host_str()?;
            let mut clouds = clouds.iter();
            clouds.find(|cloud| cloud.login_hosts.contains(&host))
        });
        let name = wanted
            .cloud
            .or(of_host.map(|cloud| cloud.name))
            .unwrap_or(GLOBAL);
        let Some(cloud) = clouds.iter().find(|cloud| cloud.name == name) else {
            let names: Vec<&str> = clouds.iter().map(|cloud| cloud.name).collect();
            return Err(setting(
                format!("`{}` is no cloud that is known", shown(name)),
                &shown(&suggest::help(name, &names)),
            ));
        };
        let known = |host: Option<&&str>, what: &'static str, help: &'static str| {
            let url = host.and_then(|host| Url::parse(&format!("https://{host}/")).ok());
            url.ok_or(TokenError::Missing { what, help })
        };
        let login = match login {
            Some(login) => login,
            None => known(
                cloud.login_hosts.first(),
                "the host that signs in to this cloud",
                "name it with `--authority`",
            )?,
        };
        let graph = match graph {
            Some((graph, _)) => graph,
            None => known(
                cloud.graph_hosts.first(),
                "the host of Microsoft Graph in this cloud, which is not published,",
                "name it with `--graph https://HOST`; the cloud's documents have it",
            )?,
        };
        let tenant = match (in_path.as_deref(), wanted.tenant) {
            (Some(path), Some(tenant)) if path != tenant => {
                return Err(setting(
                    format!(
                        "`--authority` is for the tenant `{}`, and `{}` is asked for",
                        shown(path),
                        shown(tenant)
                    ),
                    "give the tenant once",
                ));
            }
            (path, tenant) => path.or(tenant).map(check_tenant).transpose()?,
        };
        let audience = wanted.audience.or(cloud.federation_audience);
        Ok(Self {
            login,
            graph,
            tenant,
            cloud: cloud.name.to_owned(),
            federation_audience: audience.map(str::to_owned),
            plain: wanted.plain,
        })
    }

    /// Returns the cloud whose host `AZURE_AUTHORITY_HOST` names: pods with workload identity are told theirs by it.
    /// Only the hosts of clouds are taken from the environment; another has to be named by the user.
    ///
    /// # Errors
    /// When it is none of a cloud's.
    pub fn cloud_of_host(catalog: &Catalog, text: &str) -> Result<String, TokenError> {
        let url = Url::parse(text).ok().filter(|url| url.scheme() == "https");
        let bare = Url::parse(&format!("https://{text}")).ok();
        let host = url.or(bare);
        let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
        let mut clouds = catalog.clouds();
        let cloud = clouds.find(|cloud| cloud.login_hosts.contains(&host));
        cloud.map(|cloud| cloud.name.to_owned()).ok_or_else(|| {
            setting(
                format!(
                    "AZURE_AUTHORITY_HOST names `{}`, which is the host of no cloud that is known",
                    shown(text)
                ),
                "name the cloud with `--cloud`, or another authority with `--authority`",
            )
        })
    }

    /// Returns the tenant.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }

    /// Returns the host that signs in.
    pub fn login_host(&self) -> &str {
        self.login.host_str().unwrap_or_default()
    }

    /// Returns the URL of Microsoft Graph, with `/` at its end.
    pub const fn graph(&self) -> &Url {
        &self.graph
    }

    /// Returns Microsoft Graph as a resource: its URL without `/` at the end.
    pub fn resource(&self) -> &str {
        self.graph.as_str().trim_end_matches('/')
    }

    /// Returns a scope of Microsoft Graph in full.
    pub fn scope(&self, name: &str) -> String {
        if name.contains("://") || matches!(name, "openid" | "profile" | "email" | "offline_access")
        {
            return name.to_owned();
        }
        format!("{}/{name}", self.resource())
    }

    /// Returns an endpoint of the tenant, such as `token`.
    ///
    /// # Errors
    /// When there is no tenant.
    pub fn endpoint(&self, name: &str) -> Result<Url, TokenError> {
        let tenant = self.tenant().ok_or(NO_TENANT)?;
        // INVARIANT: tenant and name hold nothing that a path could misread.
        let path = format!("/{tenant}/oauth2/v2.0/{name}");
        let mut url = self.login.clone();
        url.set_path(&path);
        Ok(url)
    }

    /// Returns where the tenant's OpenID configuration is.
    ///
    /// # Errors
    /// When there is no tenant.
    pub fn configuration(&self) -> Result<Url, TokenError> {
        let tenant = self.tenant().ok_or(NO_TENANT)?;
        // INVARIANT: the tenant holds nothing that a path could misread.
        let mut url = self.login.clone();
        url.set_path(&format!("/{tenant}/v2.0/.well-known/openid-configuration"));
        Ok(url)
    }

    /// Returns the tenant, if it is a single one and no word for several.
    pub fn single_tenant(&self) -> Option<&str> {
        self.tenant().filter(|tenant| !SHARED.contains(tenant))
    }

    /// Fails for the tenants in which an app cannot sign in without a user.
    ///
    /// # Errors
    /// When the tenant is missing or stands for several.
    pub fn needs_one_tenant(&self) -> Result<(), TokenError> {
        let tenant = self.tenant().ok_or(NO_TENANT)?;
        if SHARED.contains(&tenant) {
            return Err(setting(
                format!("an app cannot sign in to `{tenant}`, which stands for many tenants"),
                "name one tenant by its id or domain: `--tenant contoso.onmicrosoft.com`",
            ));
        }
        Ok(())
    }
}

const NO_TENANT: TokenError = TokenError::Missing {
    what: "the tenant",
    help: "give it with `--tenant`, as `app.tenant` of the manifest, or in AZURE_TENANT_ID",
};

fn setting(what: String, help: &str) -> TokenError {
    TokenError::Setting {
        what,
        help: help.to_owned(),
    }
}

/// Takes a URL apart into its origin and the one segment of its path.
fn origin(text: &str, option: &str, plain: bool) -> Result<(Url, Option<String>), TokenError> {
    let bad = |what: &str, help: &str| setting(format!("`{option}` {what}"), help);
    let usual = "write it as `https://HOST`";
    // `https:///contoso.example`, where a variable before the path is empty, would be read as a host of that name.
    let after = text.split_once("://").map(|(_, after)| after);
    let is_plain = !text.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control());
    if !is_plain || after.is_none_or(|after| after.is_empty() || after.starts_with('/')) {
        return Err(bad("is no URL", usual));
    }
    let mut url = Url::parse(text).map_err(|_| bad("is no URL", usual))?;
    if url.scheme() == "http" && is_loopback(&url) && !plain {
        return Err(bad(
            "is plain http, which sends everything readable",
            "for a test server on this machine say so with `--allow-http-loopback`",
        ));
    }
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if !is_safe {
        return Err(bad("is not https", usual));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(bad("names no host", usual));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("holds a user name or password", usual));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("holds a query or fragment", usual));
    }
    let path = url.path().trim_matches('/').to_owned();
    if path.contains('/') {
        return Err(bad(
            "has a path of several segments",
            "write the host, or the host and the tenant: `https://HOST/TENANT`",
        ));
    }
    url.set_path("/");
    Ok((url, Some(path).filter(|path| !path.is_empty())))
}

/// A tenant is a GUID, a domain or one of the words for several: letters, digits, `-` and `.`.
fn check_tenant(text: &str) -> Result<String, TokenError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let is_tenant = (1..=253).contains(&text.len())
        && text.bytes().all(is_plain)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && !text.contains("..");
    if is_tenant {
        return Ok(text.to_ascii_lowercase());
    }
    Err(setting(
        format!("`{}` is no tenant", shown(text)),
        "a tenant is named by its id (a GUID) or by one of its domains",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::bundled;

    fn find(wanted: &Wanted<'_>) -> Result<Authority, TokenError> {
        Authority::find(&bundled::open().unwrap(), wanted)
    }

    #[track_caller]
    fn case(cloud: &str, endpoint: &str, scope: &str, audience: &str) {
        let authority = find(&Wanted {
            cloud: Some(cloud),
            tenant: Some("Contoso.example"),
            ..Wanted::default()
        })
        .unwrap();
        assert_eq!(authority.endpoint("token").unwrap().as_str(), endpoint);
        assert_eq!(authority.scope(".default"), scope);
        assert_eq!(authority.federation_audience.as_deref(), Some(audience));
    }

    #[test]
    fn each_cloud_has_its_hosts_and_audience() {
        case(
            "global",
            "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token",
            "https://graph.microsoft.com/.default",
            "api://AzureADTokenExchange",
        );
        case(
            "usgov",
            "https://login.microsoftonline.us/contoso.example/oauth2/v2.0/token",
            "https://graph.microsoft.us/.default",
            "api://AzureADTokenExchangeUSGov",
        );
        case(
            "usgov-dod",
            "https://login.microsoftonline.us/contoso.example/oauth2/v2.0/token",
            "https://dod-graph.microsoft.us/.default",
            "api://AzureADTokenExchangeUSGov",
        );
        case(
            "china",
            "https://login.partner.microsoftonline.cn/contoso.example/oauth2/v2.0/token",
            "https://microsoftgraph.chinacloudapi.cn/.default",
            "api://AzureADTokenExchangeChina",
        );
    }

    #[test]
    fn a_login_host_tells_its_cloud() {
        let authority = find(&Wanted {
            authority: Some("https://login.chinacloudapi.cn/contoso.example"),
            ..Wanted::default()
        })
        .unwrap();
        assert_eq!(authority.cloud, "china");
        assert_eq!(authority.tenant(), Some("contoso.example"));
    }

    #[test]
    fn a_host_of_the_environment_is_one_of_a_cloud() {
        let of = |text| Authority::cloud_of_host(&bundled::open().unwrap(), text);
        for (text, cloud) in [
            ("https://login.microsoftonline.com/", "global"),
            ("https://login.microsoftonline.us", "usgov"),
            ("login.chinacloudapi.cn", "china"),
        ] {
            assert_eq!(of(text).unwrap(), cloud);
        }
        for text in [
            "https://login.evil.example/",
            "http://login.microsoftonline.com/",
            "https://login.microsoftonline.com@evil.example/",
            "",
        ] {
            assert!(of(text).is_err(), "{text}");
        }
    }

    #[track_caller]
    fn refused(wanted: &Wanted<'_>, expected: &str) {
        let error = find(wanted).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn secrets_go_to_no_unsafe_place() {
        let authority = |text| Wanted {
            authority: Some(text),
            ..Wanted::default()
        };
        refused(&authority("http://login.example"), "not https");
        refused(&authority("http://127.0.0.1:80"), "plain http");
        refused(&authority("https://u:p@login.example"), "user name");
        refused(&authority("https://login.example/a/b"), "several segments");
        refused(&authority("https://login.example/?x=1"), "query");
        for odd in [
            "login.example",
            "",
            "https://",
            "https:///contoso.example",
            "https:////contoso.example",
            "https:login.example",
            "https:/login.example",
            "https:\\\\login.example",
            "https://login.example\\@evil.example",
            "https://login.example\t.evil.example",
            "https://login.example /",
            "//login.example",
            "https://login.example:99999",
            "https://xn--/",
        ] {
            refused(&authority(odd), "no URL");
        }
        refused(&authority("http://localhost.evil.example"), "not https");
        refused(&authority("https://login.example/%2e%2e%2fx"), "no tenant");
        refused(&authority("file:///etc/passwd"), "no URL");
        let plain = Wanted {
            plain: true,
            ..authority("http://login.example")
        };
        refused(&plain, "not https");
        let tenant = |text| Wanted {
            tenant: Some(text),
            ..Wanted::default()
        };
        for bad in ["", "a/b", "..", "a b", "-a", "a?x", "\u{202e}a"] {
            refused(&tenant(bad), "no tenant");
        }
        let cloud = Wanted {
            cloud: Some("globol"),
            ..Wanted::default()
        };
        refused(&cloud, "no cloud");
    }

    #[test]
    fn an_app_signs_in_to_one_tenant() {
        let of = |tenant| {
            let wanted = Wanted {
                tenant,
                ..Wanted::default()
            };
            find(&wanted).unwrap().needs_one_tenant()
        };
        assert!(of(Some("contoso.example")).is_ok());
        assert!(of(Some("common")).is_err() && of(None).is_err());
    }
}
