import { join } from "node:path";
import { privateFolder } from "../run/account.ts";
import type { Platform } from "../run/platform.ts";

/**
 * What both Java parts are told about classes and compiling.
 * @param program the folder of the part in the cache, beside which all clones share an archive of its loaded classes
 */
export async function javaOptions(program: string, { account, brief }: Platform): Promise<string[]> {
  const folder = await privateFolder(`${program}-classes`, account);
  return [
    `-XX:SharedArchiveFile=${join(folder, "classes.jsa")}`,
    // Without it, or while writing it, each class that is left out would be warned of and bury what the log has to say.
    "-Xlog:cds=off",
    "-Xlog:cds+dynamic=off",
    // Written at the first stop it halves the work of every later start. One that soon ends and is forgotten is spared
    // that, and the compiler whose code would be faster later: it takes half of what such a part takes of the processors.
    brief ? "-XX:TieredStopAtLevel=1" : "-XX:+AutoCreateSharedArchive",
  ];
}
