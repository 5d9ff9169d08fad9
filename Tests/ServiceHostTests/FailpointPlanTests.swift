import TestSupport
import Testing

@testable import ServiceHost

@Suite("Failpoints", .tags(.unit))
struct FailpointPlanTests {
    @Test("the grammar of DESIGN §16 is read")
    func reads() throws {
        let plan = try FailpointPlan(
            parsing: "a.b=crash@3;c=delay(500);d=error@25%;e=hang;", seed: 1)
        #expect(plan.rules["a.b"] == .init(action: .crash, selector: .nth(3)))
        #expect(plan.rules["c"] == .init(action: .delay(milliseconds: 500), selector: .always))
        #expect(plan.rules["d"] == .init(action: .error, selector: .percent(25)))
        #expect(plan.rules["e"] == .init(action: .hang, selector: .always))
    }

    @Test(
        "a malformed plan is refused, naming the part",
        arguments: [
            "a", "=crash", "a=", "a=boom", "a=crash@", "a=crash@0", "a=crash@-1", "a=crash@101%",
            "a=delay", "a=delay()", "a=delay(-1)", "a=delay(1", "a=crash@x", "a=error@%",
        ])
    func refuses(_ text: String) throws {
        let error = try #require(throws: HostError.self) {
            _ = try FailpointPlan(parsing: "ok=error;\(text)", seed: 0)
        }
        #expect(error.code == .configuration)
        #expect(error.description.contains("'\(text)'"))
    }

    @Test("a point fails at the hit that was named, and at no other")
    func selectsHits() throws {
        var plan = try FailpointPlan(parsing: "a=error@2;b=crash", seed: 0)
        #expect(plan.hit("a") == nil)
        #expect(plan.hit("b") == .crash)
        #expect(plan.hit("a") == .error)
        #expect(plan.hit("a") == nil)
        #expect(plan.hit("unknown") == nil)
    }

    @Test("a probability repeats itself with its seed")
    func isSeeded() throws {
        func hits(_ seed: UInt64) throws -> [Bool] {
            var plan = try FailpointPlan(parsing: "a=error@30%", seed: seed)
            return (0..<1000).map { _ in plan.hit("a") != nil }
        }
        #expect(try hits(7) == hits(7))
        #expect(try hits(7) != hits(8))
        #expect((200...400).contains(try hits(7).count { $0 }))
    }
}
