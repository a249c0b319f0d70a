// What was sent to many at once, and how far it is.
import { html } from "./preact-htm.js";
import { t, number, word } from "./text.js";
import { get, post, remove } from "./api.js";
import { Act, Empty, Loaded, More, Number, Said, State, Table, When, useLoaded, usePages } from "./parts.js";

const happens = ["message.*"];
const open = ["queued", "sending"];

const countOf = (batch, states) => states.reduce((sum, one) => sum + (batch.counts[one] || 0), 0);

/** How much of it is done with, in whatever way. */
function Progress({ batch }) {
  const all = batch.accepted, left = countOf(batch, open);
  return html`<progress max=${all || 1} value=${all - left} aria-label=${t("batch.progress")} />
    <small>${t("batch.done_of", { done: all - left, n: all })}</small>`;
}

export function Batches() {
  const list = usePages("/v1/batches", happens);
  return html`<${Loaded} of=${list}>${({ items }) => items.length === 0 ? html`<${Empty} what=${t("batch.none")} />`
    : html`<${Table} label=${t("page.batches")}
      head=${[t("message.batch"), t("message.state"), t("batch.progress"), t("message.when")]}>${items.map((one) => html`<tr key=${one.id}><td><a href=${`#/batches/${one.id}`}><bdi>${one.id}</bdi></a></td>
        <td><${State} group="batch" value=${one.state} /></td><td><${Progress} batch=${one} /></td>
        <td><${When} at=${one.created_at} /></td></tr>`)}<//><${More} more=${list.more} />`}<//>`;
}

function Rejections({ id }) {
  const list = usePages(`/v1/batches/${id}/rejections`, []);
  return html`<${Loaded} of=${list}>${({ items }) => items.length > 0 && html`<h2>${t("batch.rejections")}</h2>
    <${Table} label=${t("batch.rejections")}
      head=${[t("batch.line"), t("message.to"), t("today.why")]}>${items.map((one) => html`<tr><td>${number(one.line)}</td><td><bdi>${one.to}</bdi></td>
      <td><${Said} text=${one.reason} /></td></tr>`)}<//><${More} more=${list.more} />`}<//>`;
}

export function Batch({ id, user }) {
  const path = `/v1/batches/${id}`;
  const loaded = useLoaded(() => get(path), [id], happens);
  const mayWrite = ["admin", "operator"].includes(user.role);
  return html`<p><a href="#/batches">${t("page.batches")}</a></p>
    <${Loaded} of=${loaded}>${(batch) => html`<h1><bdi>${id}</bdi></h1>
      <p role="status"><${State} group="batch" value=${batch.state} /> <${Progress} batch=${batch} /></p>
      ${mayWrite && countOf(batch, open) > 0 && html`<div class="acts">
        ${batch.state === "paused" ? html`<${Act} act=${() => post(`${path}/resume`)}>${t("slot.resume")}<//>`
          : html`<${Act} className="secondary" act=${() => post(`${path}/pause`)}>${t("slot.pause")}<//>`}
        <${Act} className="secondary" confirm=${t("batch.cancel_sure")} act=${() => remove(path)}>${t("message.cancel")}<//></div>`}
      <dl class="figures">${Object.entries(batch.counts).filter(([, n]) => n > 0).map(([state, n]) => html`<div class="figure" key=${state}>
        <dt>${word("state", state)}</dt><dd>${number(n)}</dd></div>`)}</dl>
      <p><a href=${`#/messages?batch=${id}`}>${t("page.messages")}</a></p>`}<//>
    <${Rejections} id=${id} />`;
}
