declare module "marcjs" {
  export const Marc: { parse(raw: Uint8Array, type: "iso2709"): unknown };
}
