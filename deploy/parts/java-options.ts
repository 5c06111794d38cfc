import { existsSync } from "node:fs";
import { join } from "node:path";
import { privateFolder } from "../run/account.ts";
import type { Platform } from "../run/platform.ts";

/**
 * What both Java parts are told about classes and compiling.
 * @param program the folder of the part in the cache, beside which all clones share an archive of its loaded classes
 */
export async function javaOptions(program: string, { account, brief }: Platform): Promise<string[]> {
  const archive = join(await privateFolder(`${program}-classes`, account), "classes.jsa");
  // Writing it warns of each class that it leaves out, which would bury what the log has to say.
  const archived = [`-XX:SharedArchiveFile=${archive}`, "-Xlog:cds=off", "-Xlog:cds+dynamic=off"];
  // Written at the first stop it halves the work of every later start.
  if (!brief) return ["-XX:+AutoCreateSharedArchive", ...archived];
  // Java that is given one that is not there does without its own archive, too. And half of what a part takes of the processors
  // in its first minutes goes to the second compiler, whose code would be faster later.
  return ["-XX:TieredStopAtLevel=1", ...(existsSync(archive) ? archived : [])];
}
