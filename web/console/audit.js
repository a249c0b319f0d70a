// Who did what.
import { html } from "./preact-htm.js";
import { t, time } from "./text.js";
import { Loaded, More, usePages } from "./parts.js";

export function Audit() {
  const list = usePages("/v1/audit", []);
  return html`<p><a href="/v1/audit/export?format=csv" download="audit.csv">${t("audit.export")}</a></p>
    <${Loaded} of=${list}>${({ items }) => html`<table><thead><tr><th>${t("message.when")}</th><th>${t("audit.who")}</th><th>${t("audit.what")}</th><th>${t("audit.object")}</th></tr></thead>
      <tbody>${items.map((one) => html`<tr><td>${time(one.at)}</td><td><bdi>${one.by}</bdi></td><td><code>${one.action}</code></td>
        <td><bdi>${one.object}</bdi> ${one.detail && Object.keys(one.detail).length > 0 && html`<small><code>${JSON.stringify(one.detail)}</code></small>`}</td></tr>`)}</tbody></table><${More} more=${list.more} />`}<//>`;
}
