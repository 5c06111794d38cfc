declare module "keycloak-connect/middleware/auth-utils/grant-manager.js" {
  import type { KeyObject } from "node:crypto";
  import type Token from "keycloak-connect/middleware/auth-utils/token.js";
  export default class GrantManager {
    constructor(config: { realmUrl: string; publicKey: KeyObject; clientId: string; verifyTokenAudience: boolean });
    validateToken(token: Token, expectedType: "Bearer" | "ID"): Promise<Token>;
  }
}
declare module "keycloak-connect/middleware/auth-utils/token.js" {
  export default class Token {
    constructor(token: string, clientId?: string);
    readonly header: Record<string, unknown> | undefined;
    readonly content: Record<string, unknown>;
  }
}
