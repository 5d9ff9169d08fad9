import FoundationEssentials
import LocalStack
import TestSupport
import Testing

extension EndToEnd {
    @Suite("The checkpoint that was verified last")
    struct KeptCheckpointTests {
        /// Whoever dies while the checkpoint is written leaves the one that stood there: another file
        /// takes its place, and nothing is ever written into it.
        @Test("gives its place to the next in one step, and is not written into")
        func replacedAtOnce() async throws {
            try await onStack { stack in
                let market = try await Market.open(on: stack)
                let kept = "\(stack.environment.auditKeys)/ledger.checkpoint"
                func text(_ path: String) throws -> String {
                    try String(contentsOfFile: path, encoding: .utf8)
                }
                try await stack.verify()
                // The same file by another name, as a reader has it that has opened it.
                let held = "\(kept).held-\(UInt64.random(in: 0...UInt64.max))"
                try FileManager.default.linkItem(atPath: kept, toPath: held)
                let first = try text(held)
                try await market.fund(market.payer, 5)
                try await eventually("another checkpoint is kept") {
                    try await stack.verify()
                    return try text(kept) != first
                }
                #expect(try text(held) == first)
                try FileManager.default.removeItem(atPath: held)
            }
        }
    }
}
