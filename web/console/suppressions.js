// Who is not written to, and why.
import { html, useState } from "./preact-htm.js";
import { t, word } from "./text.js";
import { post, put, remove, upload, withQuery } from "./api.js";
import { Act, Choice, Empty, Evidence, Field, Form, Loaded, More, Number, Table, When, usePages } from "./parts.js";

const pathOf = (number) => `/v1/suppressions/${encodeURIComponent(number)}`;
const scopes = ["all", "promotional"];

const Add = () => html`<details><summary>${t("suppressions.add")}</summary>
  <${Form} label=${t("suppressions.add")} send=${async ({ number, scope }, form) => {
      await put(pathOf(number), { scope });
      form.reset();
    }}>
    <${Field} label=${t("sims.number")} name="number" required dir="ltr" inputmode="tel" />
    <${Choice} label=${t("suppressions.scope")} name="scope" options=${scopes.map((one) => [one, word("scope", one)])} /><//></details>`;

/** It adds and widens, and lifts nothing. */
function Import() {
  const [done, setDone] = useState(null);
  const send = async ({ file }, form) => {
    setDone(await upload("/v1/suppressions/import", file, () => {}));
    form.reset();
  };
  return html`<details><summary>${t("suppressions.import")}</summary>
    <${Form} label=${t("suppressions.import")} send=${send}>
      <label>${t("compose.file")}<input type="file" name="file" accept=".csv,text/csv" required />
        <small>${t("suppressions.import_hint")} <code>number</code></small></label><//>
    ${done && html`<p role="status" class="well">${t("suppressions.imported", { n: done.imported, refused: done.rejected_count })}</p>`}</details>`;
}

function Actions({ one, user }) {
  const path = pathOf(one.number);
  const scope = one.scope.startsWith("topic:") ? `?scope=${encodeURIComponent(one.scope)}` : "";
  return html`<div class="acts">${one.held && html`<${Act} className="secondary" act=${() => post(`${path}/confirm`)}>${t("wish.confirm")}<//>
      <${Act} className="secondary" act=${() => post(`${path}/dismiss`)}>${t("wish.dismiss")}<//>`}
    ${user.role === "admin" && html`<${Act} className="secondary" confirm=${t("wish.lift_sure")}
      act=${() => remove(path + scope)}>${t("wish.lift")}<//>`}</div>`;
}

export function Suppressions({ user }) {
  const [held, setHeld] = useState(false);
  const list = usePages(withQuery("/v1/suppressions", { held: held ? "true" : "" }), ["suppression.changed"]);
  const mayWrite = ["admin", "operator"].includes(user.role);
  const head = [t("sims.number"), t("suppressions.scope"), t("suppressions.how"), t("suppressions.evidence"), t("since")];
  if (mayWrite) head.push(t("suppressions.decide"));
  return html`<label><input type="checkbox" role="switch" checked=${held} onChange=${() => setHeld(!held)} /> ${t("suppressions.held")}</label>
    <p><a href="/v1/suppressions/export" download="suppressions.csv">${t("suppressions.export")}</a></p>
    ${mayWrite && html`<${Add} /><${Import} />`}
    <${Loaded} of=${list}>${({ items }) => items.length === 0 ? html`<${Empty} what=${t("suppressions.empty")} />`
      : html`<${Table} label=${t("page.suppressions")} head=${head}>${items.map((one) => html`<tr key=${`${one.number} ${one.scope}`}>
          <td><${Number} value=${one.number} /></td><td>${word("scope", one.scope)}</td><td>${word("reason", one.reason)}</td>
          <td><${Evidence} text=${one.evidence} /></td><td><${When} at=${one.since} /></td>
          ${mayWrite && html`<td><${Actions} one=${one} user=${user} /></td>`}</tr>`)}<//><${More} more=${list.more} />`}<//>`;
}
