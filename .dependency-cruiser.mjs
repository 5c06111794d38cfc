// The walls between the parts. dependency-cruiser reads TypeScript through @swc/core; without it, it would find nothing
// and say that all is well, so the check cruises a folder that must fail first (deploy/check/canary).
export default {
  forbidden: [
    {
      name: "no-service-in-another",
      comment: "A service learns of another by its events or its calls, never by its code.",
      severity: "error",
      from: { path: "^services/([^/]+)/" },
      to: { path: "^services/", pathNot: "^services/$1/" },
    },
    {
      name: "shared-knows-no-service",
      severity: "error",
      from: { path: "^(shared|proto)/" },
      to: { path: "^(services|deploy|e2e)/" },
    },
    {
      name: "services-know-no-deployment",
      severity: "error",
      from: { path: "^services/" },
      to: { path: "^(deploy|e2e|charts)/" },
    },
    {
      name: "tests-stay-outside",
      comment: "What only tests need does not reach a service that runs.",
      severity: "error",
      from: { path: "^(services|shared)/", pathNot: "(\\.test\\.tsx?$|/test/|^shared/testing/)" },
      to: { path: "(^shared/testing/|/test/|\\.test\\.ts$)" },
    },
    {
      name: "rooms-open-no-database",
      comment: "Rooms work inside a transaction with an actor that the frame has opened.",
      severity: "error",
      from: { path: "^services/[^/]+/[^/]+/", pathNot: "/test/" },
      to: { path: "^shared/database/(database|migrate|address)\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "no-circles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(node_modules|gen|dist)/" },
    parser: "swc",
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node"],
      extensions: [".ts", ".tsx", ".mjs", ".js"],
    },
  },
};
