/** Where a database is and as which role; the password stands apart because addresses are shown and passwords are not. */
export type DatabaseAddress = {
  /** `postgres://role@host:port/name`, without password. */
  url: string;
  password: string;
};

/** The address with its password, for the driver alone: it lets an address without one win over a password given beside. */
export function connectionString(address: DatabaseAddress): string {
  const url = new URL(address.url);
  url.password = encodeURIComponent(address.password);
  return url.toString();
}
