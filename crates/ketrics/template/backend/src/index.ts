// What the application answers to: every exported function can be called. One whose name starts
// with `_` is reached by jobs and by other applications only.

export { greet, listGreetings } from "./greetings";
