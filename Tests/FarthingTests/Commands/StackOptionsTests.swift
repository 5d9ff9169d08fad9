import ArgumentParser
import LocalStack
import TestSupport
import Testing

@testable import Farthing

@Suite("The options of a stack", .tags(.unit))
struct StackOptionsTests {
    @Test("name the ports of the processes; the servers of PostgreSQL have three in a row")
    func ports() throws {
        let words = ["--ledger-port", "8083", "--postgres-port", "65533", "--kafka-port", "9092"]
        let options = try StackOptions.parse(words)
        let configuration = options.configuration(StackFolder(path: "/nowhere"))
        #expect(
            configuration.ports == [
                "ledger": 8083, "broker": 9092, "postgres-payment": 65_533,
                "postgres-billing": 65_534, "postgres-ledger": 65_535,
            ])
        #expect(Set(options.words) == Set(words), "the supervisor is told the same")
        #expect(try StackOptions.parse([]).configuration(StackFolder(path: "/")).ports.isEmpty)
    }

    @Test(
        "refuse what are no ports",
        arguments: [
            ["--ledger-port", "0"], ["--kafka-port", "65536"], ["--postgres-port", "65534"],
            ["--postgres-port", "\(Int.max)"],
        ])
    func noPorts(words: [String]) {
        #expect(throws: (any Error).self) { try StackOptions.parse(words) }
    }
}
