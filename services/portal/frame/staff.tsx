import type { ComponentChildren, VNode } from "preact";
import { PlainForm } from "../parts/form.tsx";
import { Icon } from "../parts/icon.tsx";
import type { Place, Staff, StaffPlace, Surroundings } from "./ask.ts";

const groups: Place["group"][] = ["desk", "staffWork"];

const openTo = (staff: Staff, places: readonly StaffPlace[]): StaffPlace[] =>
  places.filter((place) => place.for === "anyone" || place.for === "patron" || staff.audiences.includes(place.for));

/** The first place that somebody's roles open. */
export const staffHome = (staff: Staff, places: readonly StaffPlace[]): string => openTo(staff, places)[0]?.path ?? "/";

type StaffAsk = { ask: Surroundings & { staff: Staff } };

/** The spine at the left; below 900 px a strip on top. */
export function Spine({ ask }: StaffAsk): VNode {
  const { t, staff } = ask;
  const open = openTo(staff, ask.places);
  return (
    <nav class="gay deep" aria-label={t.desk.spine}>
      <a class="slip" href={t.to("/")}>
        {t.site}
      </a>
      {groups
        .map((group) => ({ group, places: open.filter((place) => place.group === group) }))
        .filter(({ places }) => places.length > 0)
        .map(({ group, places }) => (
          <>
            <p>{t.nav[group]}</p>
            {places.map(({ path, label, icon, key }) => (
              <a
                href={t.to(path)}
                data-key={key}
                aria-current={ask.path === path || ask.path.startsWith(`${path}/`) ? "page" : undefined}
              >
                <Icon name={icon} />
                <span>{label(t)}</span>
                {key && <kbd>{key}</kbd>}
              </a>
            ))}
          </>
        ))}
      <a href={t.to("/tim")}>
        <Icon name="books" />
        <span>{t.desk.catalogue}</span>
      </a>
    </nav>
  );
}

/** Which library one works for, and who one is. */
export function Topbar({ ask, children }: StaffAsk & { children?: ComponentChildren }): VNode {
  const { t, staff, who } = ask;
  return (
    <header class="topbar">
      {staff.libraries.length < 2 ? (
        <b>{staff.libraryName}</b>
      ) : (
        <PlainForm ask={ask} action="/noi-lam-viec" class="switch">
          <label class="sr" for="noilamviec">
            {t.desk.library}
          </label>
          <select class="input" id="noilamviec" name="thu-vien">
            {staff.libraries.map(({ id, name }) => (
              <option value={id} selected={id === staff.libraryId}>
                {name}
              </option>
            ))}
          </select>
          <button class="btn q sm" type="submit">
            {t.desk.switchLibrary}
          </button>
        </PlainForm>
      )}
      <span class="push" />
      <span class="live">{t.desk.online}</span>
      {children}
      {who && <span class="who">{who.name}</span>}
    </header>
  );
}
