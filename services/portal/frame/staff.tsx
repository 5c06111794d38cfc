import type { ComponentChildren, VNode } from "preact";
import { PlainForm } from "../parts/form.tsx";
import { Icon, type IconName } from "../parts/icon.tsx";
import type { Texts } from "../texts/texts.ts";
import type { Staff, StaffAudience, Surroundings } from "./ask.ts";

type Place = { path: string; label: string; icon: IconName; for: StaffAudience; key?: string };

/** The places of staff, in the order of a day; each is shown to those whose role opens it. */
export const staffPlaces = (t: Texts): { group: string; places: Place[] }[] => [
  {
    group: t.nav.desk,
    places: [
      { path: "/quay/muon", label: t.desk.checkOut, icon: "scan", for: "desk", key: "F2" },
      { path: "/quay/tra", label: t.desk.checkIn, icon: "back", for: "desk", key: "F4" },
      { path: "/quay/gia-cho", label: t.desk.holdShelf, icon: "shelf", for: "desk", key: "F8" },
      { path: "/quay/luan-chuyen", label: t.desk.transits, icon: "truck", for: "desk", key: "F9" },
      { path: "/quay/lay-sach", label: t.desk.pickList, icon: "list", for: "desk" },
    ],
  },
  {
    group: t.nav.staffWork,
    places: [
      { path: "/quan-ly/nhap", label: t.imports.title, icon: "upload", for: "cataloguer" },
      { path: "/quan-ly/chinh-sach", label: t.policies.title, icon: "rules", for: "manager" },
    ],
  },
];

/** The first place that somebody's roles open. */
export const staffHome = (t: Texts, staff: Staff): string =>
  staffPlaces(t)
    .flatMap(({ places }) => places)
    .find((place) => staff.audiences.includes(place.for))?.path ?? "/";

type StaffAsk = { ask: Surroundings & { staff: Staff } };

/** The spine at the left; below 900 px a strip on top. */
export function Spine({ ask }: StaffAsk): VNode {
  const { t, staff } = ask;
  const groups = staffPlaces(t).map(({ group, places }) => ({
    group,
    places: places.filter((place) => staff.audiences.includes(place.for)),
  }));
  return (
    <nav class="gay deep" aria-label={t.desk.spine}>
      <a class="slip" href={t.to("/")}>
        {t.site}
      </a>
      {groups
        .filter(({ places }) => places.length > 0)
        .map(({ group, places }) => (
          <>
            <p>{group}</p>
            {places.map(({ path, label, icon, key }) => (
              <a
                href={t.to(path)}
                data-key={key}
                aria-current={ask.path === path || ask.path.startsWith(`${path}/`) ? "page" : undefined}
              >
                <Icon name={icon} />
                <span>{label}</span>
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
