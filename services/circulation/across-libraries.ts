export { acrossLibraries } from "@lienthong/database/across-libraries.ts";
