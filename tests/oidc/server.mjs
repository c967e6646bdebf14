// A real OpenID Connect server (oidc-provider) dressed as the Microsoft identity platform: its paths, its claims, its
// error replies. It also plays the person with a browser, on request. For tests on this machine only.
//
// node server.mjs KEY CERTIFICATE CLIENT_PUBLIC_KEY PORT_FILE

import { createPublicKey } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import Provider from "oidc-provider";

const [, , keyFile, certificateFile, clientKeyFile, portFile] = process.argv;
const TENANT = "22222222-2222-2222-2222-222222222222";
const GRAPH = "https://graph.microsoft.com";
const APP = "11111111-1111-1111-1111-111111111111";
const CERTIFICATE_APP = "11111111-1111-1111-1111-222222222222";
const PUBLIC_APP = "11111111-1111-1111-1111-333333333333";
const SCOPES = [`${GRAPH}/.default`, `${GRAPH}/User.Read`, `${GRAPH}/Mail.ReadBasic`];

const jwk = createPublicKey(readFileSync(clientKeyFile)).export({ format: "jwk" });
const machine = {
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
  scope: SCOPES.join(" "),
};

const server = createServer({ key: readFileSync(keyFile), cert: readFileSync(certificateFile) });
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const issuer = `https://localhost:${port}/${TENANT}/`;
  const path = `/${TENANT}/oauth2/v2.0`;
  const provider = new Provider(issuer, {
    clients: [
      { client_id: APP, client_secret: "real-secret/+~", token_endpoint_auth_method: "client_secret_post", ...machine },
      {
        client_id: CERTIFICATE_APP,
        token_endpoint_auth_method: "private_key_jwt",
        jwks: { keys: [{ ...jwk, use: "sig" }] },
        ...machine,
      },
      {
        client_id: PUBLIC_APP,
        token_endpoint_auth_method: "none",
        application_type: "native",
        grant_types: ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"],
        redirect_uris: ["http://localhost"],
        response_types: ["code"],
      },
    ],
    routes: { token: `${path}/token`, authorization: `${path}/authorize`, device_authorization: `${path}/devicecode` },
    scopes: ["openid", ...SCOPES],
    enabledJWA: { clientAuthSigningAlgValues: ["PS256", "RS256"] },
    pkce: { required: () => true },
    cookies: { keys: ["only for tests"] },
    interactions: { url: (_, interaction) => `/_person/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => GRAPH,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: SCOPES.join(" "),
          audience: GRAPH,
          accessTokenTTL: 3599,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
    // What the platform puts into tokens of Microsoft Graph, version 1.
    extraTokenClaims: (ctx, token) => {
      const common = { ver: "1.0", tid: TENANT, appid: token.clientId };
      if (token.kind === "ClientCredentials") {
        return { ...common, idtyp: "app", oid: token.clientId, roles: ["User.ReadBasic.All"] };
      }
      const names = [...token.scopes].filter((scope) => scope.startsWith(GRAPH));
      const scp = names.map((scope) => scope.slice(GRAPH.length + 1)).join(" ");
      return { ...common, idtyp: "user", oid: "anna", upn: "anna@contoso.example", scp };
    },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId,
        accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope(`openid ${SCOPES.join(" ")}`);
      grant.addResourceScope(GRAPH, SCOPES.join(" "));
      await grant.save();
      return grant;
    },
    // The platform's way of telling errors: a code in the sentence and beside it.
    renderError: (ctx, out) => {
      ctx.type = "text/plain";
      ctx.body = JSON.stringify(out);
    },
  });

  const CODES = { invalid_client: 7000215, invalid_grant: 70000, invalid_scope: 70011, authorization_pending: 70016 };
  provider.use(async (ctx, next) => {
    if (ctx.path.startsWith("/_person/")) {
      await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: "anna" }, consent: {} });
      ctx.respond = false;
      return;
    }
    if (ctx.path === "/_browser") {
      ctx.body = await browse(new URL(ctx.query.page), ctx.query.code);
      return;
    }
    await next();
    if (ctx.body && typeof ctx.body === "object" && ctx.body.error) {
      const code = CODES[ctx.body.error] ?? 90014;
      const ids = "Trace ID: trace-real Correlation ID: correlation-real Timestamp: 2026-11-24 12:00:00Z";
      ctx.body = {
        ...ctx.body,
        error_description: `AADSTS${code}: ${ctx.body.error_description ?? ""} ${ids}`,
        error_codes: [code],
        trace_id: "trace-real",
        correlation_id: "correlation-real",
      };
    }
  });
  server.on("request", provider.callback());
  writeFileSync(`${portFile}.new`, String(port));
  renameSync(`${portFile}.new`, portFile);
});

// The person with a browser: follows redirects with cookies, fills in forms, and returns the last page.
async function browse(url, code) {
  const jar = new Map();
  let step = { url, method: "GET", body: undefined };
  for (let steps = 0; steps < 30; steps += 1) {
    const answer = await fetchWith(jar, step);
    if (answer.status >= 300 && answer.status < 400) {
      step = { url: new URL(answer.headers.location, step.url), method: "GET" };
      continue;
    }
    const form = /<form[^>]*action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/.exec(answer.text);
    if (!form || code === undefined || step.url.hostname !== "localhost" || step.url.protocol !== "https:") {
      return answer.text;
    }
    const fields = new URLSearchParams();
    for (const input of form[2].matchAll(/<input[^>]*>/g)) {
      const name = /name="([^"]+)"/.exec(input[0])?.[1];
      const value = /value="([^"]*)"/.exec(input[0])?.[1] ?? "";
      if (name) fields.append(name, name === "user_code" && value === "" ? code : value);
    }
    if (answer.text.includes("autosubmit") === false && !fields.has("xsrf")) return answer.text;
    step = { url: new URL(form[1], step.url), method: "POST", body: fields.toString() };
  }
  return "the browser runs in circles";
}

function fetchWith(jar, { url, method, body }) {
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const headers = { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") };
  if (body !== undefined) {
    headers["content-type"] = "application/x-www-form-urlencoded";
    headers["content-length"] = Buffer.byteLength(body);
  }
  return new Promise((resolve, reject) => {
    // `localhost` is 127.0.0.1 here: nothing listens on the other family.
    const options = { method, headers, family: 4, rejectUnauthorized: false };
    const request = send(url, options, (response) => {
      for (const cookie of response.headers["set-cookie"] ?? []) {
        const [pair] = cookie.split(";");
        const at = pair.indexOf("=");
        if (/expires=Thu, 01 Jan 1970/i.test(cookie)) {
          jar.delete(pair.slice(0, at));
        } else {
          jar.set(pair.slice(0, at), pair.slice(at + 1));
        }
      }
      let text = "";
      response.on("data", (piece) => (text += piece));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on("error", reject);
    request.end(body);
  });
}
