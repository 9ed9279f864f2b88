// Here too, for resolvers that look for a subpath as a file.
/// <reference path="./dist/globals.d.ts" />
