// Puts or gets one object with the AWS SDK, in a process of its own, and prints what it took:
// `node measure.mjs idle|put|get <endpoint> <bucket> <megabytes>`.

import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";

const [, , operation, endpoint, Bucket, megabytes] = process.argv;
const client = new S3Client({
  endpoint,
  region: "us-east-1",
  forcePathStyle: true,
  credentials: { accessKeyId: "test", secretAccessKey: "testtest" },
  // As the gateway does it: not every server knows the newer checksums.
  requestChecksumCalculation: "WHEN_REQUIRED",
  responseChecksumValidation: "WHEN_REQUIRED",
});
const Key = "bench/aws-sdk";
const size = Number(megabytes) * 1024 * 1024;

const operations = {
  async idle() {},
  async put() {
    const Body = Buffer.alloc(size, 7);
    const start = performance.now();
    await client.send(new PutObjectCommand({ Bucket, Key, Body }));
    return performance.now() - start;
  },
  async get() {
    const start = performance.now();
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    const bytes = Buffer.from(await Body.transformToByteArray());
    const took = performance.now() - start;
    if (bytes.length !== size) throw new Error(`${bytes.length} bytes came`);
    return took;
  },
};
const milliseconds = (await operations[operation]()) ?? 0;
console.log(JSON.stringify({ milliseconds, peak: process.resourceUsage().maxRSS * 1024 }));
client.destroy();
