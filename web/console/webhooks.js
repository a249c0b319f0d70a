// Who is told of what happens, and what became of it.
import { html, useState } from "./preact-htm.js";
import { t } from "./text.js";
import { get, patch, post, remove } from "./api.js";
import { Act, Empty, Field, Form, Loaded, More, Said, State, Table, When, useLoaded, usePages } from "./parts.js";

function Deliveries({ path }) {
  const [round, setRound] = useState(0);
  const list = usePages(`${path}/deliveries`, [], [round]);
  const replay = (id) => async () => {
    await post(`${path}/deliveries/${id}/replay`);
    setRound((n) => n + 1);
  };
  return html`<${Loaded} of=${list}>${({ items }) => items.length === 0 ? html`<p>${t("webhooks.no_deliveries")}</p>`
    : html`<${Table} label=${t("webhooks.log")} head=${[t("webhooks.type"), t("message.state"),
        t("webhooks.error"), t("message.when"), t("webhooks.again")]}>${items.map((one) => html`<tr key=${one.id}>
        <td><code>${one.type}</code></td><td><${State} group="delivery" value=${one.state} /></td>
        <td><${Said} text=${one.error || ""} /></td><td><${When} at=${one.created_at} /></td>
        <td><${Act} className="secondary" act=${replay(one.id)}>${t("webhooks.again")}<//></td></tr>`)}<//>
      <${More} more=${list.more} />`}<//>`;
}

function Endpoint({ one, again }) {
  const [wantsLog, setWantsLog] = useState(false);
  const [tested, setTested] = useState(false);
  const path = `/v1/webhooks/${one.id}`;
  const counts = { pending: one.pending, delivered: one.delivered, dead: one.dead };
  return html`<article><header><bdi>${one.url}</bdi></header>
    <p><code>${one.events.join(", ")}</code> · ${t("webhooks.counts", counts)}</p>
    ${one.disabled_because && html`<p class="trouble"><${Said} text=${one.disabled_because} /></p>`}
    <div class="acts"><${Act} className="secondary" act=${async () => { await post(`${path}/test`); setTested(true); }}>${t("webhooks.test")}<//>
      <${Act} className="secondary" act=${() => again(patch(path, { enabled: !one.enabled }))}>${one.enabled ? t("webhooks.disable") : t("webhooks.enable")}<//>
      ${one.dead > 0 && html`<${Act} className="secondary" act=${() => again(post(`${path}/replay`))}>${t("webhooks.replay")}<//>`}
      <${Act} className="secondary" confirm=${t("sure")} act=${() => again(remove(path))}>${t("delete")}<//></div>
    ${tested && html`<p role="status" class="well">${t("webhooks.tested")}</p>`}
    <details onToggle=${(event) => setWantsLog(event.currentTarget.open)}><summary>${t("webhooks.log")}</summary>
      ${wantsLog && html`<${Deliveries} path=${path} />`}</details></article>`;
}

export function Webhooks() {
  const [round, setRound] = useState(0);
  const [secret, setSecret] = useState(null);
  const list = useLoaded(() => get("/v1/webhooks"), [round]);
  const again = async (work) => { await work; setRound((n) => n + 1); };
  const add = async ({ url, events }, form) => {
    setSecret(await post("/v1/webhooks", { url, events: events.split(/[\s,]+/).filter(Boolean) }));
    form.reset();
    setRound((n) => n + 1);
  };
  return html`${secret && html`<div role="status" class="well"><p>${t("webhooks.secret")}</p>
      <code class="secret">${secret.secret}</code></div>`}
    <details><summary>${t("webhooks.add")}</summary><${Form} label=${t("webhooks.add")} send=${add}>
      <${Field} label="URL" name="url" type="url" required dir="ltr" />
      <${Field} label=${t("webhooks.events")} name="events" defaultValue="*" required dir="ltr" /><//></details>
    <${Loaded} of=${list}>${({ items }) => items.length === 0 ? html`<${Empty} what=${t("webhooks.empty")} />`
      : items.map((one) => html`<${Endpoint} key=${one.id} one=${one} again=${again} />`)}<//>`;
}
