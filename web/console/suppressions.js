// Who is not written to, and why.
import { html, useState } from "./preact-htm.js";
import { t, word } from "./text.js";
import { put, withQuery } from "./api.js";
import { Choice, Empty, Evidence, Field, Form, Loaded, More, Number, Table, When, usePages } from "./parts.js";

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
      : html`<${Table} label=${t("page.suppressions")}
      head=${[t("sims.number"), t("suppressions.scope"), t("suppressions.how"), t("suppressions.evidence"), t("since")]}>${items.map((one) => html`<tr>
          <td><${Number} value=${one.number} /></td><td>${word("scope", one.scope)}</td><td>${word("reason", one.reason)}</td>
          <td><${Evidence} text=${one.evidence} /></td><td><${When} at=${one.since} /></td></tr>`)}<//><${More} more=${list.more} />`}<//>`;
}
