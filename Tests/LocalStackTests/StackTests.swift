import FoundationEssentials
import LocalStack
import TestSupport
import Testing

@Suite("The whole stack", .tags(.fault))
struct StackTests {
    @Test("starts, serves, heals a killed service, and is verified")
    func heals() async throws {
        let stack = try await TestStack.start()
        let account: JSON = ["kind": "asset", "currency": "USD", "name": "Bank"]
        let opened = try await stack.ledger.post("/v1/accounts", account).successful()
        await stack.kill("ledger")
        try await eventually("the ledger is back") {
            await stack.ledger.isReady()
        }
        let path = "/v1/accounts/\(opened["id"].string ?? "")"
        #expect(try await stack.ledger.get(path).successful()["name"] == "Bank")
        #expect(await stack.restarts("ledger") == 1)
        try await stack.verify()
        await stack.stop()
    }

    @Test("a program that is missing is named in one line")
    func missingPrograms() async throws {
        let directory = try Scratch.directory()
        let configuration = StackConfiguration(
            directory: "\(directory)/stack", binaries: directory)
        let error = await #expect(throws: LocalStackError.self) {
            try await Stack.start(configuration)
        }
        #expect(error?.code == .missing)
        #expect(error?.message.contains("payment, billing, ledger, relay") == true)
    }

    @Test("a port that somebody else uses is named in one line")
    func occupiedPort() async throws {
        let broker = try await TestBroker.shared
        var configuration = StackConfiguration(
            directory: try Scratch.directory() + "/stack", binaries: TestRun.binaries)
        configuration.ports = ["payment": broker.proxy.port]
        let error = await #expect(throws: LocalStackError.self) {
            try await Stack.start(configuration)
        }
        #expect(error?.code == .occupied)
        #expect(error?.message.contains("wanted for payment") == true)
    }

    @Test("data of an earlier version, which had one server for all, are not passed over")
    func oldData() async throws {
        let directory = try Scratch.directory() + "/stack"
        try FileManager.default.createDirectory(
            atPath: "\(directory)/postgres", withIntermediateDirectories: true)
        var configuration = StackConfiguration(directory: directory, binaries: TestRun.binaries)
        configuration.kafka = "127.0.0.1:1"
        let error = await #expect(throws: LocalStackError.self) {
            try await Stack.start(configuration)
        }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains("earlier version") == true)
    }
}
