import KeycloakAdminClient, { NetworkError } from "@keycloak/keycloak-admin-client";
import { breaker } from "@lienthong/rpc/breaker.ts";
import { CallFault } from "@lienthong/rpc/fault.ts";
import { once } from "@lienthong/service/settings.ts";
import { ownSettings } from "../settings.ts";

/** What every token of an account says, from the account's attributes. */
export type Standing = { person: string | undefined; loa: number; roles: readonly string[] };

export type NewUser = { username: string; password: string; fullName: string; standing: Standing };

// An account or a token is made within some hundred milliseconds; what takes longer does not come.
const answerWithinMs = 4_000;

const away = (cause?: unknown) =>
  new CallFault("unavailable", "The sign-in server does not answer at present", { cause });

/** Our door at the sign-in server: accounts and what their tokens say. Who is who is decided here, not there. */
class SignInServer {
  readonly #client: KeycloakAdminClient;
  readonly #way = breaker({
    failuresMax: 3,
    restMs: 1_000,
    isAway: (error) => error instanceof CallFault,
    refusal: () => away(),
  });

  constructor() {
    const { KEYCLOAK_URL: baseUrl, KEYCLOAK_REALM: realmName } = ownSettings();
    this.#client = new KeycloakAdminClient({ baseUrl, realmName, timeout: answerWithinMs });
  }

  /** The name that somebody gave when they registered; undefined when there is no such account. */
  async nameOf(subject: string): Promise<{ username: string; fullName: string } | undefined> {
    const user = await this.#ask((client) => client.users.findOne({ id: subject }));
    if (!user) return undefined;
    const { username = "", firstName, lastName, attributes } = user;
    const [fullName] = (attributes?.fullName ?? []) as string[];
    return { username, fullName: fullName || [firstName, lastName].filter(Boolean).join(" ") || username };
  }

  /** The account by which a program acts; undefined when there is no such program. */
  async serviceAccountOf(client: string): Promise<string | undefined> {
    const [user] = await this.#ask((server) =>
      server.users.find({ username: `service-account-${client}`, exact: true, max: 1 }),
    );
    return user?.id;
  }

  /**
   * Writes what the account's next tokens say; its other attributes stay.
   * @param keep roles that the account has and that stay beside the given ones
   * @returns whether there is such an account
   */
  async write(subject: string, standing: Standing, keep: (role: string) => boolean = () => false): Promise<boolean> {
    return this.#ask(async (client) => {
      const user = await client.users.findOne({ id: subject });
      if (!user) return false;
      const kept = ((user.attributes?.roles ?? []) as string[]).filter(keep);
      const attributes = { ...user.attributes, ...attributesOf({ ...standing, roles: [...standing.roles, ...kept] }) };
      await client.users.update({ id: subject }, { ...user, attributes });
      return true;
    });
  }

  /**
   * Makes an account, or finds the one that an earlier try for the same person has made.
   * @returns its subject, or why the server does not make it
   */
  async make(wanted: NewUser): Promise<string | "username-taken" | "password-refused"> {
    const { username, password, fullName, standing } = wanted;
    return this.#ask(async (client) => {
      try {
        const made = await client.users.create({
          username,
          enabled: true,
          attributes: { ...attributesOf(standing), fullName: [fullName] },
          credentials: [{ type: "password", value: password, temporary: false }],
        });
        return made.id;
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        if (error.response.status === 400 && /password/i.test(error.message)) return "password-refused";
        if (error.response.status !== 409) throw error;
        const [found] = await client.users.find({ username, exact: true, max: 1 });
        const [person] = (found?.attributes?.person ?? []) as string[];
        return found?.id && person === standing.person ? found.id : "username-taken";
      }
    });
  }

  /** @throws CallFault unavailable when the server is away; what it refuses is a fault of ours */
  #ask<Answer>(work: (client: KeycloakAdminClient) => Promise<Answer>): Promise<Answer> {
    return this.#way.ask(() => this.#tried(work));
  }

  async #tried<Answer>(work: (client: KeycloakAdminClient) => Promise<Answer>): Promise<Answer> {
    try {
      if (!this.#client.accessToken || this.#client.isTokenExpired()) await this.#signIn();
      return await work(this.#client).catch(async (error: unknown) => {
        // The server may have been restored or its keys changed since our token was given.
        if (statusOf(error) !== 401) throw error;
        await this.#signIn();
        return work(this.#client);
      });
    } catch (cause) {
      const status = statusOf(cause);
      if (status !== undefined && status < 500) throw new Error("The sign-in server refused what was asked", { cause });
      throw away(cause);
    }
  }

  #signIn(): Promise<void> {
    const { KEYCLOAK_ADMIN_CLIENT: clientId, KEYCLOAK_ADMIN_SECRET_FILE: clientSecret } = ownSettings();
    return this.#client.auth({ grantType: "client_credentials", clientId, clientSecret });
  }
}

const statusOf = (error: unknown) => (error instanceof NetworkError ? error.response.status : undefined);

export const signInServer = once(() => new SignInServer());

const attributesOf = ({ person, loa, roles }: Standing) => ({
  roles: [...roles],
  ...(person === undefined ? {} : { person: [person], loa: [String(loa)] }),
});
