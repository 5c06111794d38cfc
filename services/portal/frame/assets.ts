import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build } from "esbuild";

/** A file for browsers. Its address holds a hash of its bytes, so that it may be kept for ever. */
export type Asset = { type: string; bytes: Buffer; gzip: Buffer | undefined; br: Buffer | undefined };

export type Assets = {
  /** The address of an asset by its plain name. @throws Error when there is none: a page names one that was not built */
  address(name: string): string;
  /** The asset of a hashed file name. */
  find(file: string): Asset | undefined;
  readonly sizes: ReadonlyMap<string, number>;
};

export const assetsPath = "/t/";

const types: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Bundles scripts and styles of the portal's folder into memory, and compresses them once. */
export async function buildAssets(folder: string): Promise<Assets> {
  const built = await build({
    absWorkingDir: folder,
    entryPoints: ["browser/reader.ts", "browser/staff.ts", "styles/reader.css", "styles/staff.css"],
    outdir: "assets",
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    publicPath: assetsPath,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["chrome131", "firefox133", "safari18"],
    loader: { ".woff2": "file" },
    tsconfig: "browser/tsconfig.json",
    write: false,
    logLevel: "silent",
  });
  const files = built.outputFiles.map((file) => ({ name: basename(file.path), bytes: Buffer.from(file.contents) }));
  const icon = await readFile(join(folder, "styles/icon.svg"));
  files.push({ name: `icon-${createHash("sha256").update(icon).digest("base64url").slice(0, 8)}.svg`, bytes: icon });

  const assets = new Map<string, Asset>();
  const addresses = new Map<string, string>();
  const sizes = new Map<string, number>();
  for (const { name, bytes } of files) {
    const asset = await compressed(extname(name), bytes);
    const plain = name.replace(/-[\w-]{8}(?=\.\w+$)/, "");
    assets.set(name, asset);
    addresses.set(plain, `${assetsPath}${name}`);
    sizes.set(plain, (asset.gzip ?? bytes).length);
  }
  return {
    address(name) {
      const address = addresses.get(name);
      if (address === undefined) throw new Error(`There is no asset ${name}`);
      return address;
    },
    find: (file) => assets.get(file),
    sizes,
  };
}

async function compressed(extension: string, bytes: Buffer): Promise<Asset> {
  const type = types[extension] ?? "application/octet-stream";
  // Fonts are compressed already.
  if (extension === ".woff2") return { type, bytes, gzip: undefined, br: undefined };
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  return {
    type,
    bytes,
    gzip: await promisify(gzip)(bytes, { level: 9 }),
    br: await promisify(brotliCompress)(bytes, best),
  };
}
