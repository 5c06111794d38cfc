/** The roles that can be held: at a library, or of the whole platform. A role that nobody serves yet is not here. */
export const rolesAtLibrary = [
  "librarian.desk",
  "librarian.cataloguer",
  "librarian.digital",
  "librarian.manager",
] as const;

export const rolesOfPlatform = ["union.editor", "agency.ministry", "ops", "incident", "dpo", "auditor"] as const;
