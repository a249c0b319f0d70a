// Who may sign in.
import { html, useState } from "./preact-htm.js";
import { t, word } from "./text.js";
import { get, patch, post, remove } from "./api.js";
import { Act, Choice, Field, Form, Loaded, useLoaded } from "./parts.js";
import { Sessions } from "./account.js";

const roles = ["admin", "operator", "technician", "viewer"];
const roleOptions = () => roles.map((one) => [one, word("role", one)]);

const linkOf = (token) => `${location.origin}/#/setup/${token}`;

const Invited = ({ of: invited }) => html`<div role="status" class="well">
  <p>${t("users.link", { name: invited.user.name })}</p>
  <code class="secret">${linkOf(invited.setup_token)}</code></div>`;

function User({ one, isMe, again, invite }) {
  const path = `/v1/users/${one.id}`;
  const change = (what) => again(patch(path, what));
  const facts = [!one.has_password && t("users.no_password"), one.second_factor && t("users.second_factor"),
    !one.enabled && t("users.disabled")].filter(Boolean);
  return html`<article><header><bdi>${one.name}</bdi> ${isMe && t("users.you")}</header>
    <p>${facts.join(" ")}</p>
    <${Form} className="inline" label=${t("users.set_role")} send=${({ role }) => change({ role })}>
      <${Choice} label=${t("users.role")} name="role" chosen=${one.role} options=${roleOptions()} /><//>
    <div class="acts"><${Act} className="secondary" confirm=${t("sure")}
        act=${async () => invite(await post(`${path}/link`))}>${t("users.new_link")}<//>
      <${Act} className="secondary" confirm=${t("sure")} act=${() => change({ enabled: !one.enabled })}>
        ${one.enabled ? t("users.disable") : t("users.enable")}<//>
      ${one.second_factor && html`<${Act} className="secondary" confirm=${t("sure")}
        act=${() => change({ second_factor: false })}>${t("users.drop_second")}<//>`}
      <${Act} className="secondary" confirm=${t("sure")} act=${() => again(remove(path))}>${t("delete")}<//></div>
    <details><summary>${t("users.sessions")}</summary><${Sessions} path=${path} /></details></article>`;
}

export function Users({ user }) {
  const [round, setRound] = useState(0);
  const [invited, setInvited] = useState(null);
  const list = useLoaded(() => get("/v1/users"), [round]);
  const again = async (work) => { const answer = await work; setRound((n) => n + 1); return answer; };
  const add = async ({ name, role }, form) => {
    setInvited(await again(post("/v1/users", { name, role })));
    form.reset();
  };
  return html`${invited && html`<${Invited} of=${invited} />`}
    <${Form} className="inline" label=${t("users.add")} send=${add}>
      <${Field} label=${t("signin.name")} name="name" required dir="ltr" maxlength="64" />
      <${Choice} label=${t("users.role")} name="role" options=${roleOptions()} chosen="viewer" /><//>
    <${Loaded} of=${list}>${({ items }) => items.map((one) => html`<${User} key=${one.id} one=${one}
      isMe=${one.name === user.name} again=${again} invite=${setInvited} />`)}<//>`;
}
