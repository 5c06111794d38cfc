import type { Branch, Library } from "@lienthong/proto/identity/v1/library.ts";
import type { Clients } from "@lienthong/rpc/clients.ts";
import { fold } from "@lienthong/text/fold.ts";

/** A branch where a hold may be collected, with its library's name. */
export type PickupPlace = { branch: Branch; libraryName: string; provinceName: string };

const pageSize = 200;
// A country has more; whoever looks among more than these types a name.
const librariesRead = 1_000;

/** The branches that give out holds, of the active libraries. */
export async function pickupPlaces(identity: Clients["identity"]): Promise<PickupPlace[]> {
  const places: PickupPlace[] = [];
  for (let after = "", read = 0; read < librariesRead; ) {
    const { libraries } = await identity.listLibraries({ after, size: pageSize, province: "" });
    places.push(...libraries.flatMap(placesOf));
    const last = libraries.at(-1);
    if (!last || libraries.length < pageSize) break;
    after = last.id;
    read += libraries.length;
  }
  return places;
}

/** Those that a typed word is part of, with or without marks. */
export function matching(places: readonly PickupPlace[], typed: string): PickupPlace[] {
  const words = fold(typed)
    .split(/\s+/)
    .filter((word) => word !== "");
  return places.filter((place) => {
    const text = fold(
      `${place.branch.name} ${place.libraryName} ${place.provinceName} ${place.branch.commune} ${place.branch.address}`,
    );
    return words.every((word) => text.includes(word));
  });
}

const placesOf = (library: Library): PickupPlace[] =>
  library.active
    ? library.branches
        .filter((branch) => branch.pickup)
        .map((branch) => ({ branch, libraryName: library.name, provinceName: library.provinceName }))
    : [];

/** "Cơ sở 1, Thư viện Hà Nội"; the library alone where the branch says no more. */
export const placeName = ({ branch, libraryName }: PickupPlace) =>
  branch.name === libraryName || branch.name.includes(libraryName) ? branch.name : `${branch.name}, ${libraryName}`;
