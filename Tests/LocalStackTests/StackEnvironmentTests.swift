import FoundationEssentials
import TestSupport
import Testing

@testable import LocalStack

@Suite("stack.env", .tags(.unit))
struct StackEnvironmentTests {
    private var example: StackEnvironment {
        var environment = StackEnvironment()
        environment.paymentURL = "http://127.0.0.1:1"
        environment.billingURL = "http://127.0.0.1:2"
        environment.ledgerURL = "http://127.0.0.1:3"
        environment.token = "header.claims.signature"
        environment.paymentDatabase = "postgresql://payment_owner:s3cret@127.0.0.1:4/payment"
        environment.billingDatabase = "postgresql://billing_owner:it's@127.0.0.1:4/billing?a=b&c=d"
        environment.ledgerDatabase = "postgresql://ledger_owner:$HOME@127.0.0.1:4/ledger"
        environment.kafka = "127.0.0.1:5"
        environment.pids = "/home/some one/.farthing/pids"
        environment.auditKeys = "/home/some one/.farthing/audit"
        return environment
    }

    @Test("a shell that sources it sees every value as it is, also in its children")
    func shell() async throws {
        let directory = try Scratch.directory()
        try example.write(to: "\(directory)/stack.env")
        let command = ProcessCommand(
            "/bin/sh", ["-c", ". \(directory)/stack.env; env | grep ^FARTHING_ | sort"],
            environment: ["PATH": "/usr/bin:/bin"], log: "\(directory)/seen")
        try await command.run("shell")
        let seen = try String(contentsOfFile: "\(directory)/seen", encoding: .utf8)
        #expect(
            seen.split(separator: "\n") == [
                "FARTHING_AUDIT_KEYS=\(example.auditKeys)",
                "FARTHING_BILLING_DB=\(example.billingDatabase)",
                "FARTHING_BILLING_URL=\(example.billingURL)",
                "FARTHING_KAFKA=\(example.kafka)",
                "FARTHING_LEDGER_DB=\(example.ledgerDatabase)",
                "FARTHING_LEDGER_URL=\(example.ledgerURL)",
                "FARTHING_PAYMENT_DB=\(example.paymentDatabase)",
                "FARTHING_PAYMENT_URL=\(example.paymentURL)",
                "FARTHING_PIDS=\(example.pids)",
                "FARTHING_TOKEN=\(example.token)",
            ])
    }

    @Test("what was written is read back")
    func roundTrip() throws {
        #expect(try StackEnvironment(fileText: example.fileText) == example)
    }

    @Test("a file that lacks a variable is refused, and one that is not there")
    func incomplete() throws {
        let lines = example.fileText.split(separator: "\n").filter {
            !$0.hasPrefix("FARTHING_KAFKA")
        }
        let error = #expect(throws: LocalStackError.self) {
            try StackEnvironment(fileText: lines.joined(separator: "\n"))
        }
        #expect(error?.message == "stack.env has no FARTHING_KAFKA")
        #expect(throws: LocalStackError.self) { try StackEnvironment(file: "/nowhere/stack.env") }
    }

    @Test("secrets are private, stay the same, and differ by purpose")
    func secrets() throws {
        let file = try Scratch.directory() + "/secret"
        let first = try Secrets(file: file)
        let second = try Secrets(file: file)
        #expect(first.tokenSecret == second.tokenSecret)
        #expect(first.secret(for: "relay") != first.secret(for: "postgres"))
        #expect(first.tokenSecret.utf8.count == 64)
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions]
        #expect(mode as? Int == 0o600)
    }
}
