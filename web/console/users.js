// Who may sign in.
import { html, useState } from "./preact-htm.js";
import { t, word } from "./text.js";
import { get, patch, post, remove } from "./api.js";
import { Act, Choice, Field, Form, Loaded, useLoaded } from "./parts.js";
import { Sessions } from "./account.js";

const roles = ["admin", "operator", "technician", "viewer"];
const roleOptions = () => roles.map((one) => [one, word("role", one)]);

const linkOf = (token) => `${location.origin}/#/setup/${token}`;

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
