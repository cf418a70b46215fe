/** Where somebody is in registers, as it is said at the gateway (`stages/registers/gateway.md`). */

declare module "../protocol" {
  interface Commands {
    "record.at": [
      { place?: string | null; facet?: string; record?: string | null; field?: string; writes?: boolean },
      Record<string, never>,
    ];
  }
}

export {};
