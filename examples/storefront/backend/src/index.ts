// A cart for each user, in documents. Checking out calls the application `orders`, as the same user:
// what that user may do there is decided there.

export { addToCart, getCart } from "./cart";
export { checkout } from "./checkout";
