// Who did what.
import { html } from "./preact-htm.js";
import { t, time } from "./text.js";
import { Loaded, More, Table, usePages } from "./parts.js";

export function Audit() {
  const list = usePages("/v1/audit", []);
  return html`<p><a href="/v1/audit/export?format=csv" download="audit.csv">${t("audit.export")}</a></p>
    <${Loaded} of=${list}>${({ items }) => html`<${Table} label=${t("page.audit")}
      head=${[t("message.when"), t("audit.who"), t("audit.what"), t("audit.object")]}>${items.map((one) => html`<tr><td>${time(one.at)}</td><td><bdi>${one.by}</bdi></td><td><code>${one.action}</code></td>
        <td><bdi>${one.object}</bdi> ${one.detail && Object.keys(one.detail).length > 0 && html`<small><code>${JSON.stringify(one.detail)}</code></small>`}</td></tr>`)}<//><${More} more=${list.more} />`}<//>`;
}
