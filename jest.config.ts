/** @jest-config-loader esbuild-register */
import type { Config } from "jest";

const config: Config = {
  testEnvironment: "node",
  testMatch: ["<rootDir>/spec/**/*.spec.ts"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/spec/browser/"],
  modulePathIgnorePatterns: ["<rootDir>/dist/", "<rootDir>/spec/package/consumers/"],
  moduleFileExtensions: ["ts", "js", "mjs", "json"],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: { "^.+\\.ts$": ["ts-jest", { tsconfig: "tsconfig.jest.json" }] },
  testTimeout: 10_000,
  maxWorkers: 2,
  collectCoverageFrom: ["lib/**/*.ts"],
};

export default config;
