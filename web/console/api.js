// Calls of the HTTP API, by whoever has signed in.

let csrfToken = "";
let signedIn = null;  // the user's id
let whenSignedOut = () => {};
let whenInDoubt = () => {};

/** What went wrong: `name` is the problem's, `detail` says what to do, `errors` where. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || "");
    this.status = status;
    this.name = (body.type || "").split(":").pop() || "unreachable";
    this.errors = body.errors || [];
  }
}

export const onSignedOut = (act) => { whenSignedOut = act; };
/** Told when a role is not any more what the page takes it for. */
export const onDoubt = (act) => { whenInDoubt = act; };

/** Another window may have signed in anew, or somebody else: then this page is not his. */
function learn(session) {
  csrfToken = session.csrf_token;
  if (signedIn !== null && signedIn !== session.user.id) location.reload();
  signedIn = session.user.id;
}

/** The body of an answer, or a Problem. */
function bodyOf(status, type, text) {
  if (status === 204) return undefined;
  let body = text;
  if ((type || "").includes("json")) {
    try { body = JSON.parse(text); } catch { body = {}; }
  }
  if (status >= 200 && status < 300) {
    if (body && body.csrf_token) learn(body);
    return body;
  }
  const problem = new Problem(status, body);
  if (problem.name === "unauthorized") { signedIn = null; whenSignedOut(); }
  if (problem.name === "not_for_this_role") whenInDoubt();
  throw problem;
}

/**
 * Asks; gives the answer's body, or nothing for 204.
 * @throws Problem, of status 0 when nobody answers
 */
export async function call(method, path, body, { signal, headers: more, isAgain } = {}) {
  const headers = { ...more };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  const sent = body === undefined ? undefined : JSON.stringify(body);
  let response, text;
  try {
    response = await fetch(path, { method, headers, body: sent, signal });
    text = await response.text();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, {});
  }
  try {
    return bodyOf(response.status, response.headers.get("Content-Type"), text);
  } catch (problem) {
    if (problem.name !== "csrf_token_missing" || isAgain) throw problem;
    await get("/v1/session");
    return call(method, path, body, { signal, headers: more, isAgain: true });
  }
}

/** The same for a file, which may be long: `tell(share)` says how much of it has gone. */
export function upload(path, file, tell, more = {}) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    const headers = { "Content-Type": "text/csv", "X-CSRF-Token": csrfToken, ...more };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => tell(loaded / total);
    request.onerror = () => fail(new Problem(0, {}));
    request.onload = () => {
      try {
        done(bodyOf(request.status, request.getResponseHeader("Content-Type"), request.responseText));
      } catch (problem) { fail(problem); }
    };
    request.send(file);
  });
}

export const get = (path, options) => call("GET", path, undefined, options);
export const post = (path, body, options) => call("POST", path, body, options);
export const put = (path, body) => call("PUT", path, body);
export const patch = (path, body) => call("PATCH", path, body);
export const remove = (path, body) => call("DELETE", path, body);
/** Who signs out, or is another one, leaves nothing of himself here. */
export const forget = () => { signedIn = null; };

/** All items of a list that a page shows as one: the shelf, its SIMs. */
export async function all(path) {
  const items = [];
  for (let after = ""; after !== null;) {
    const page = await get(`${path}?limit=1000${after && `&after=${encodeURIComponent(after)}`}`);
    items.push(...page.items);
    after = page.next;
  }
  return items;
}

/** "/v1/messages?state=sent": what is empty is left out. */
export function withQuery(path, query) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value != null);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
