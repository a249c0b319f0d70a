// Calls of the HTTP API, by whoever has signed in.

let csrfToken = "";
let whenSignedOut = () => {};

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

/**
 * Asks; gives the answer's body, or nothing for 204.
 * @throws Problem, of status 0 when nobody answers
 */
export async function call(method, path, body, { type = "application/json", signal, headers: more } = {}) {
  const headers = { ...more };
  if (body !== undefined) headers["Content-Type"] = type;
  if (method !== "GET") headers["X-CSRF-Token"] = csrfToken;
  const sent = body === undefined || typeof body !== "object" || body instanceof Blob
    ? body : JSON.stringify(body);
  let response;
  try {
    response = await fetch(path, { method, headers, body: sent, signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, {});
  }
  if (response.status === 204) return undefined;
  const isJson = (response.headers.get("Content-Type") || "").includes("json");
  const answer = isJson ? await response.json().catch(() => ({})) : await response.text();
  if (!response.ok) {
    const problem = new Problem(response.status, answer);
    if (problem.name === "unauthorized") whenSignedOut();
    throw problem;
  }
  if (answer && answer.csrf_token) csrfToken = answer.csrf_token;
  return answer;
}

export const get = (path, options) => call("GET", path, undefined, options);
export const post = (path, body, options) => call("POST", path, body, options);
export const put = (path, body) => call("PUT", path, body);
export const patch = (path, body) => call("PATCH", path, body);
export const remove = (path, body) => call("DELETE", path, body);

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
