// What is set up seldom: SIMs, who is not written to, webhooks, people, and who did what.
import { html, useState } from "./preact-htm.js";
import { t, number, time, word } from "./text.js";
import { get, patch, post, put, remove, withQuery } from "./api.js";
import { Act, Choice, Empty, Field, Form, Loaded, More, Number, Said, State, When, useLoaded, usePages } from "./parts.js";

const roles = ["admin", "operator", "technician", "viewer"];
const roleOptions = () => roles.map((one) => [one, word("role", one)]);

// --- SIMs -----------------------------------------------------------------------------------------

export function Sims() {
  const sims = useLoaded(() => get("/v1/sims"), [], ["sim.changed"]);
  return html`<${Loaded} of=${sims}>${({ items }) => items.length === 0 ? html`<${Empty} what=${t("sims.empty")} />`
    : html`<table><thead><tr><th>${t("sims.label")}</th><th>${t("sims.number")}</th><th>${t("message.state")}</th><th>${t("rack.slot")}</th>
      <th>${t("sims.pools")}</th><th>${t("sims.left")}</th><th>${t("sims.balance")}</th></tr></thead><tbody>${items.map((sim) => html`<tr>
        <td><bdi>${sim.label || sim.iccid || sim.imsi}</bdi></td><td><${Number} value=${sim.number} /></td>
        <td><${State} group="sim" value=${sim.state} /></td>
        <td>${sim.modem ? html`<a href=${`#/rack/${encodeURIComponent(sim.modem)}`}><bdi>${sim.modem}</bdi></a>` : "–"}</td>
        <td><bdi>${sim.pools.join(", ")}</bdi></td>
        <td>${["per_minute", "per_hour", "per_day", "per_month"].filter((one) => sim.left[one] != null).map((one) =>
          html`<div>${word("window", one)} ${number(sim.left[one])} / ${number(sim.limits[one])}</div>`)}</td>
        <td>${sim.balance ? html`${number(sim.balance.amount)} <small><${When} at=${sim.balance.at} /></small>` : "–"}</td></tr>`)}</tbody></table>`}<//>`;
}

// --- who is not written to ------------------------------------------------------------------------

export function Suppressions({ user }) {
  const [held, setHeld] = useState(false);
  const list = usePages(withQuery("/v1/suppressions", { held: held ? "true" : "" }), ["suppression.changed"]);
  const mayWrite = ["admin", "operator"].includes(user.role);
  const add = async ({ number: to, scope }, form) => { await put(`/v1/suppressions/${encodeURIComponent(to)}`, { scope }); form.reset(); };
  return html`<label><input type="checkbox" role="switch" checked=${held} onChange=${() => setHeld(!held)} /> ${t("suppressions.held")}</label>
    <p><a href="/v1/suppressions/export" download="suppressions.csv">${t("suppressions.export")}</a></p>
    ${mayWrite && html`<details><summary>${t("suppressions.add")}</summary><${Form} label=${t("suppressions.add")} send=${add}>
      <${Field} label=${t("sims.number")} name="number" required dir="ltr" inputmode="tel" />
      <${Choice} label=${t("suppressions.scope")} name="scope" options=${[["all", word("scope", "all")], ["promotional", word("scope", "promotional")]]} /><//></details>`}
    <${Loaded} of=${list}>${({ items }) => items.length === 0 ? html`<${Empty} what=${t("suppressions.empty")} />`
      : html`<table><thead><tr><th>${t("sims.number")}</th><th>${t("suppressions.scope")}</th><th>${t("suppressions.how")}</th>
        <th>${t("suppressions.evidence")}</th><th>${t("since")}</th></tr></thead><tbody>${items.map((one) => html`<tr>
          <td><${Number} value=${one.number} /></td><td>${word("scope", one.scope)}</td><td>${word("reason", one.reason)}</td>
          <td><${Said} text=${one.evidence || ""} /></td><td><${When} at=${one.since} /></td></tr>`)}</tbody></table><${More} more=${list.more} />`}<//>`;
}

// --- webhooks -------------------------------------------------------------------------------------

function Deliveries({ id }) {
  const list = usePages(`/v1/webhooks/${id}/deliveries`, []);
  return html`<${Loaded} of=${list}>${({ items }) => items.length === 0 ? html`<p>${t("webhooks.no_deliveries")}</p>`
    : html`<table><tbody>${items.map((one) => html`<tr><td><code>${one.type}</code></td><td><${State} group="delivery" value=${one.state} /></td>
      <td><${Said} text=${one.error || ""} /></td><td><${When} at=${one.created_at} /></td>
      <td><${Act} className="secondary" act=${() => post(`/v1/webhooks/${id}/deliveries/${one.id}/replay`)}>${t("webhooks.again")}<//></td></tr>`)}</tbody></table>
      <${More} more=${list.more} />`}<//>`;
}

export function Webhooks() {
  const [round, setRound] = useState(0);
  const [secret, setSecret] = useState(null);
  const list = useLoaded(() => get("/v1/webhooks"), [round]);
  const again = async (work) => { await work; setRound((n) => n + 1); };
  const add = async ({ url, events }, form) => {
    const made = await post("/v1/webhooks", { url, events: events.split(/[\s,]+/).filter(Boolean) });
    setSecret(made); form.reset(); setRound((n) => n + 1);
  };
  return html`${secret && html`<div role="status" class="well"><p>${t("webhooks.secret")}</p><code>${secret.secret}</code></div>`}
    <details><summary>${t("webhooks.add")}</summary><${Form} label=${t("webhooks.add")} send=${add}>
      <${Field} label="URL" name="url" type="url" required dir="ltr" /><${Field} label=${t("webhooks.events")} name="events" value="*" required dir="ltr" /><//></details>
    <${Loaded} of=${list}>${({ items }) => items.length === 0 ? html`<${Empty} what=${t("webhooks.empty")} />` : items.map((one) => html`<article key=${one.id}>
      <header><bdi>${one.url}</bdi></header>
      <p><code>${one.events.join(", ")}</code> · ${t("webhooks.counts", { pending: one.pending, delivered: one.delivered, dead: one.dead })}</p>
      ${one.disabled_because && html`<p class="trouble"><${Said} text=${one.disabled_because} /></p>`}
      <div class="acts"><${Act} className="secondary" act=${() => post(`/v1/webhooks/${one.id}/test`)}>${t("webhooks.test")}<//>
        <${Act} className="secondary" act=${() => again(patch(`/v1/webhooks/${one.id}`, { enabled: !one.enabled }))}>${one.enabled ? t("webhooks.disable") : t("webhooks.enable")}<//>
        ${one.dead > 0 && html`<${Act} className="secondary" act=${() => again(post(`/v1/webhooks/${one.id}/replay`))}>${t("webhooks.replay")}<//>`}
        <${Act} className="secondary" confirm=${t("sure")} act=${() => again(remove(`/v1/webhooks/${one.id}`))}>${t("delete")}<//></div>
      <details><summary>${t("webhooks.log")}</summary><${Deliveries} id=${one.id} /></details></article>`)}<//>`;
}

// --- people ---------------------------------------------------------------------------------------

const linkOf = (token) => `${location.origin}/#/setup/${token}`;

function Sessions({ path, own }) {
  const [round, setRound] = useState(0);
  const list = useLoaded(() => get(own ? "/v1/sessions" : `${path}/sessions`), [path, round]);
  const end = (id) => async () => { await remove(own ? `/v1/sessions/${id}` : `${path}/sessions/${id}`); setRound((n) => n + 1); };
  return html`<${Loaded} of=${list}>${({ items }) => html`<table><tbody>${items.map((one) => html`<tr>
    <td><bdi>${one.address}</bdi></td><td class="cut"><${Said} text=${one.agent} /></td><td><${When} at=${one.used_at} /></td>
    <td>${one.is_this ? t("account.this") : html`<${Act} className="secondary" act=${end(one.id)}>${t("account.end")}<//>`}</td></tr>`)}</tbody></table>`}<//>`;
}

export function Users({ user }) {
  const [round, setRound] = useState(0);
  const [invited, setInvited] = useState(null);
  const list = useLoaded(() => get("/v1/users"), [round]);
  const again = async (work) => { const answer = await work; setRound((n) => n + 1); return answer; };
  const add = async ({ name, role }, form) => { setInvited(await again(post("/v1/users", { name, role }))); form.reset(); };
  return html`${invited && html`<div role="status" class="well"><p>${t("users.link", { name: invited.user.name })}</p>
      <code>${linkOf(invited.setup_token)}</code></div>`}
    <${Form} className="inline" label=${t("users.add")} send=${add}><${Field} label=${t("signin.name")} name="name" required dir="ltr" maxlength="64" />
      <${Choice} label=${t("users.role")} name="role" options=${roleOptions()} /><//>
    <${Loaded} of=${list}>${({ items }) => items.map((one) => html`<article key=${one.id}><header><bdi>${one.name}</bdi> ${one.name === user.name && t("users.you")}</header>
      <p>${!one.has_password && t("users.no_password")} ${one.second_factor && t("users.second_factor")} ${!one.enabled && t("users.disabled")}</p>
      <${Choice} label=${t("users.role")} value=${one.role} options=${roleOptions()}
        onChange=${(event) => again(patch(`/v1/users/${one.id}`, { role: event.currentTarget.value })).catch((problem) => { alert(problem.message); setRound((n) => n + 1); })} />
      <div class="acts"><${Act} className="secondary" act=${async () => setInvited(await post(`/v1/users/${one.id}/link`))}>${t("users.new_link")}<//>
        <${Act} className="secondary" act=${() => again(patch(`/v1/users/${one.id}`, { enabled: !one.enabled }))}>${one.enabled ? t("users.disable") : t("users.enable")}<//>
        ${one.second_factor && html`<${Act} className="secondary" confirm=${t("sure")} act=${() => again(patch(`/v1/users/${one.id}`, { second_factor: false }))}>${t("users.drop_second")}<//>`}
        <${Act} className="secondary" confirm=${t("sure")} act=${() => again(remove(`/v1/users/${one.id}`))}>${t("delete")}<//></div>
      <details><summary>${t("users.sessions")}</summary><${Sessions} path=${`/v1/users/${one.id}`} /></details></article>`)}<//>`;
}

/** What would let a finder of an open session stay asks for the password: setting it up, and taking it away. */
function SecondFactor({ tell }) {
  const [offer, setOffer] = useState(null);
  const begin = async ({ password }) => setOffer({ password, ...await post("/v1/session/second-factor", { password }) });
  const confirmCode = async ({ code }) => {
    await put("/v1/session/second-factor", { password: offer.password, secret: offer.secret, code });
    setOffer(null); tell(t("account.second_on"));
  };
  const drop = async ({ password }, form) => { await remove("/v1/session/second-factor", { password }); form.reset(); tell(t("account.second_off")); };
  const own = html`<${Field} label=${t("account.old")} name="password" type="password" autocomplete="current-password" required hint=${t("account.second_password")} />`;
  if (offer) {
    return html`<p>${t("account.second_how")}</p><p><code>${offer.secret}</code></p><p><a href=${offer.uri}>${t("account.second_open")}</a></p>
      <${Form} key="confirm" label=${t("account.second_confirm")} send=${confirmCode}><${Field} label=${t("signin.code")} name="code" inputmode="numeric" autocomplete="one-time-code" required dir="ltr" /><//>`;
  }
  return html`<${Form} key="begin" label=${t("account.second_begin")} send=${begin}>${own}<//>
    <details><summary>${t("account.second_drop")}</summary><${Form} label=${t("account.second_drop")} send=${drop}>${own}<//></details>`;
}

export function Account({ user }) {
  const [done, setDone] = useState("");
  const change = async ({ old_password: old, password }, form) => { await put("/v1/session/password", { old_password: old, password }); form.reset(); setDone(t("account.changed")); };
  return html`<p>${t("account.you", { name: user.name, role: word("role", user.role) })}</p>${done && html`<p role="status" class="well">${done}</p>`}
    <h2>${t("account.password")}</h2><${Form} label=${t("account.change")} send=${change}>
      <${Field} label=${t("account.old")} name="old_password" type="password" autocomplete="current-password" required />
      <${Field} label=${t("account.new")} name="password" type="password" autocomplete="new-password" minlength="10" required hint=${t("setup.password_hint")} /><//>
    <h2>${t("account.second")}</h2><${SecondFactor} tell=${setDone} />
    <h2>${t("users.sessions")}</h2><${Sessions} own />`;
}

export function Audit() {
  const list = usePages("/v1/audit", []);
  return html`<p><a href="/v1/audit/export?format=csv" download="audit.csv">${t("audit.export")}</a></p>
    <${Loaded} of=${list}>${({ items }) => html`<table><thead><tr><th>${t("message.when")}</th><th>${t("audit.who")}</th><th>${t("audit.what")}</th><th>${t("audit.object")}</th></tr></thead>
      <tbody>${items.map((one) => html`<tr><td>${time(one.at)}</td><td><bdi>${one.by}</bdi></td><td><code>${one.action}</code></td>
        <td><bdi>${one.object}</bdi> ${one.detail && Object.keys(one.detail).length > 0 && html`<small><code>${JSON.stringify(one.detail)}</code></small>`}</td></tr>`)}</tbody></table><${More} more=${list.more} />`}<//>`;
}
