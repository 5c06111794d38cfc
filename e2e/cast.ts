import { sampleLibraries } from "../deploy/sample-world/libraries.ts";

export type Library = { code: string; name: string; librarian: { username: string; name: string } };
export type Reader = { username: string; name: string; card: string };

/** Who plays: the library that owns the book, the one near the reader, a third that has the same book, and their readers. */
export type Cast = {
  owner: Library & { copy: { barcode: string; callNumber: string } };
  near: Library & { branch: string; branchTyped: string };
  third: Library & { copy: { barcode: string; callNumber: string }; reader: Reader };
  reader: Reader;
  nextReader: Reader;
};

/** The sample world: Hà Nội owns, Huế is near, Đà Nẵng has the same book. */
export function sampleCast(): Cast {
  const [hanoi, hue, danang] = sampleLibraries;
  const [ha, quan] = hue?.readers ?? [];
  const [an] = danang?.readers ?? [];
  if (!hanoi || !hue || !danang || !ha || !quan || !an)
    throw new Error("The sample world is not as the story knows it");
  return {
    owner: { ...hanoi, copy: { barcode: "HN0020150001", callNumber: "070.43 PH431S" } },
    near: { ...hue, branch: "Cơ sở Lê Quý Đôn", branchTyped: "thuan hoa" },
    third: { ...danang, copy: { barcode: "DN0020150001", callNumber: "070.43 PH431S" }, reader: an },
    reader: ha,
    nextReader: quan,
  };
}
