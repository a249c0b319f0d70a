// Who is told of what happens, and what became of it.
import { html, useState } from "./preact-htm.js";
import { t } from "./text.js";
import { get, patch, post, remove } from "./api.js";
import { Act, Empty, Field, Form, Loaded, More, Said, State, When, useLoaded, usePages } from "./parts.js";

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
