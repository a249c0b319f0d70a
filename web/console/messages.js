// Messages: found by state, number, batch and time, and each explains itself.
import { html, useState } from "./preact-htm.js";
import { t, number, stamp, time, word } from "./text.js";
import { all, get, post, remove, withQuery } from "./api.js";
import { Act, Choice, Empty, Facts, Field, Loaded, More, Number, Said, State, Table, When, useLoaded, usePages } from "./parts.js";

const states = ["queued", "sending", "sent", "delivered", "undelivered", "failed", "expired",
  "cancelled", "suppressed", "uncertain"];
const mayBeStopped = ["queued", "sending"];
const mayGoAgain = ["failed", "expired", "uncertain"];
const mayWrite = (user) => ["admin", "operator"].includes(user.role);

const heldBy = ({ reason, until }) => until
  ? t("message.waits_until", { reason: word("hold", reason), at: time(until) })
  : t("message.waits", { reason: word("hold", reason) });

function MessageTable({ items }) {
  return html`<${Table} label=${t("page.messages")}
      head=${[t("message.to"), t("message.text"), t("message.state"), t("message.modem"), t("message.when")]}>${items.map((one) => html`<tr key=${one.id}>
      <td><a href=${`#/messages/${one.id}`}><${Number} value=${one.to} /></a></td>
      <td class="cut"><${Said} text=${one.text ?? t("message.text_gone")} /></td>
      <td><${State} group="state" value=${one.state} />
        ${one.hold && html` <small>${word("hold", one.hold.reason)}</small>`}</td>
      <td><bdi>${one.modem || "–"}</bdi></td><td><${When} at=${one.created_at} /></td></tr>`)}<//>`;
}

export function Messages({ user, query }) {
  const [filter, setFilter] = useState({ state: "", to: "", batch: query.batch || "", since: "" });
  const since = filter.since && new Date(filter.since).toISOString();
  const list = usePages(withQuery("/v1/messages", { ...filter, since }), ["message.*"]);
  const change = (name) => (event) => setFilter({ ...filter, [name]: event.currentTarget.value.trim() });
  return html`<p><a href="#/batches">${t("page.batches")}</a></p>
    <form class="filter" role="search" onSubmit=${(event) => event.preventDefault()}>
      <${Choice} label=${t("message.state")} value=${filter.state} onChange=${change("state")}
        options=${[["", t("all")], ...states.map((one) => [one, word("state", one)])]} />
      <${Field} label=${t("message.to")} type="search" inputmode="tel" dir="ltr" onChange=${change("to")} />
      <${Field} label=${t("message.batch")} type="search" dir="ltr" value=${filter.batch} onChange=${change("batch")} />
      <${Field} label=${t("message.since")} type="datetime-local" onChange=${change("since")}
        hint=${filter.since && time(filter.since)} /></form>
    <${Loaded} of=${list}>${({ items }) => items.length === 0
      ? html`<${Empty} what=${t("messages.empty")}>${mayWrite(user) &&
          html`<p><a href="#/compose">${t("today.begin")}</a></p>`}<//>`
      : html`<${MessageTable} items=${items} /><${More} more=${list.more} />`}<//>`;
}

// --- one ------------------------------------------------------------------------------------------

function Explained({ message }) {
  if (message.hold) return html`<p>${heldBy(message.hold)}</p>`;
  if (message.error) return html`<p><code>${message.error.code}</code> <${Said} text=${message.error.detail} /></p>`;
  return null;
}

function Dialogue({ id }) {
  const talk = useLoaded(() => get(`/v1/messages/${id}/dialogue`), [id]);
  return html`<${Loaded} of=${talk}>${({ items }) => items.length === 0 ? html`<p>${t("message.no_dialogue")}</p>` : html`
    <ol class="dialogue" dir="ltr" tabindex="0" aria-label=${t("message.dialogue")}>${items.map((line) => html`
      <li class=${line.direction}><time>${stamp(line.at)}</time> <bdi>${line.modem}</bdi>
        <code>${line.text}</code></li>`)}</ol>`}<//>`;
}

/** Of a message that waits: which SIMs could take it, as they are now. */
function WhichSims({ message }) {
  const sims = useLoaded(() => all("/v1/sims"), [], ["sim.changed"]);
  const fits = (sim) => message.sim ? message.sim === (sim.iccid || `imsi:${sim.imsi}`)
    : sim.pools.includes(message.pool);
  return html`<${Loaded} of=${sims}>${(items) => { const found = items.filter(fits); return html`
    <h2>${t("message.which")}</h2>
    ${found.length === 0 ? html`<p>${t("message.which_none")}</p>` : html`<ul>${found.slice(0, 20).map((sim) => html`
      <li><a href=${`#/sims/${encodeURIComponent(sim.iccid || `imsi:${sim.imsi}`)}`}><bdi>${sim.label || sim.iccid || sim.imsi}</bdi></a>
        ${" "}<${State} group="sim" value=${sim.state} /></li>`)}</ul>`}`; }}<//>`;
}

const Submissions = ({ items }) => items.length === 0 ? html`<p>${t("message.no_submissions")}</p>`
  : html`<${Table} label=${t("message.submissions")}
      head=${[t("message.part"), t("message.modem"), t("message.when"), t("message.outcome")]}>${items.map((one) => html`<tr><td>${number(one.part)}</td><td><bdi>${one.modem}</bdi></td>
      <td>${time(one.at)}</td><td>${word("outcome", one.outcome)} ${one.error && html`<small>
        <code>${one.error.code}</code> <${Said} text=${one.error.detail} /></small>`}</td></tr>`)}<//>`;

function Actions({ message }) {
  const path = `/v1/messages/${message.id}`;
  const sure = message.state === "uncertain" ? t("message.twice") : "";
  return html`<div class="acts">
    ${mayBeStopped.includes(message.state) && html`<${Act} className="secondary"
      act=${() => remove(path)}>${t("message.cancel")}<//>`}
    ${mayGoAgain.includes(message.state) && html`<${Act} confirm=${sure}
      act=${() => post(`${path}/requeue`)}>${t("message.requeue")}<//>`}</div>`;
}

const facts = ["class", "priority", "pool", "sim", "modem", "from", "encoding", "reference", "topic",
  "attempts", "created_at", "send_at", "expires_at", "updated_at"];

export function Message({ id, user }) {
  const loaded = useLoaded(() => get(`/v1/messages/${id}`), [id], ["message.*"]);
  const [wantsTalk, setWantsTalk] = useState(false);
  return html`<div><p><a href="#/messages">${t("page.messages")}</a></p>
    <${Loaded} of=${loaded}>${(message) => html`<h1><${Number} value=${message.to} /></h1>
      <p role="status"><${State} group="state" value=${message.state} />
        ${" "}${t("parts_of", { sent: message.parts_sent, parts: message.parts, n: message.parts })}</p>
      <${Explained} message=${message} />
      <blockquote><${Said} text=${message.text ?? t("message.text_gone")} /></blockquote>
      ${mayWrite(user) && html`<${Actions} message=${message} />`}
      <${Facts} of=${message} names=${facts} />
      ${message.batch && html`<p><a href=${`#/batches/${message.batch}`}>${t("message.batch")}</a></p>`}
      ${mayBeStopped.includes(message.state) && html`<${WhichSims} message=${message} />`}
      <h2>${t("message.submissions")}</h2><${Submissions} items=${message.submissions} />
      ${user.role !== "viewer" && html`<details onToggle=${(event) => setWantsTalk(event.currentTarget.open)}>
        <summary>${t("message.dialogue")}</summary>${wantsTalk && html`<${Dialogue} id=${id} />`}</details>`}`}<//></div>`;
}
