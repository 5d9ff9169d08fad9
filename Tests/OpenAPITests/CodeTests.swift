import Foundation
import LocalStack
import Testing

@testable import Billing
@testable import Ledger
@testable import Payment
@testable import Saga
@testable import ServiceHost

/// The codes of refusals stand in the code, in the documents and in `deploy/errors.md`: what one of
/// them says, the others say too.
@Suite("Error codes")
struct CodeTests {
    /// What a service answers requests with beside `HostCode`.
    private func ownCodes(of service: ServiceAPI) -> Set<String> {
        switch service {
        // Holds of payments alone can be placed twice.
        case .ledger: codes(LedgerRefusal.Code.self).subtracting(["duplicate-hold"])
        case .billing: codes(BillingCode.self)
        case .payment: codes(PaymentCode.self)
        }
    }

    private func codes<Code: ProblemCode>(_ type: Code.Type) -> Set<String> {
        Set(type.allCases.map(\.rawValue))
    }

    /// What payments and refunds fail with: the refusals of billing and of the ledger, and our own.
    private var failures: (own: Set<String>, ledger: Set<String>) {
        let own = Set(
            BillingRefusal.allCases.map(\.rawValue) + TurnRound.allCases.map(\.rawValue)
                + [SagaFailure.noAnswer])
        return (own, codes(LedgerRefusal.Code.self))
    }

    @Test("a document has every code of its service, and no other", arguments: ServiceAPI.allCases)
    func documents(service: ServiceAPI) async throws {
        let described = Set(try await statuses(in: [service]).keys)
        #expect(ownCodes(of: service).subtracting(described) == [])
        #expect(
            described.subtracting(ownCodes(of: service)).subtracting(codes(HostCode.self)) == [])
    }

    @Test("the document of payment has every code that a payment fails with")
    func failureCodes() async throws {
        let document = try await ServiceAPI.payment.document()
        let failure = document.root["components"]["schemas"]["Failure"]["properties"]["code"]
        let described = Set(failure["enum"].elements.compactMap(\.string))
        #expect(failures.own.subtracting(described) == [])
        #expect(described.subtracting(failures.own.union(failures.ledger)) == [])
        #expect(described.contains("duplicate-hold"))
    }

    @Test(
        "the table has the codes of a service with the statuses of its document",
        arguments: ServiceAPI.allCases)
    func table(service: ServiceAPI) async throws {
        let listed = try #require(try Self.sections()[service.heading])
        let own = ownCodes(of: service)
        #expect(listed == (try await statuses(in: [service]).filter { own.contains($0.key) }))
    }

    @Test("the table has the codes of every service with the statuses of the documents")
    func commonTable() async throws {
        let listed = try #require(try Self.sections()["Of every service"])
        let common = codes(HostCode.self)
        let described = try await statuses(in: ServiceAPI.allCases)
        #expect(listed == described.filter { common.contains($0.key) })
        #expect(Set(listed.keys) == common)
    }

    @Test("the table has every code that a payment fails with")
    func failureTable() throws {
        let listed = try #require(try Self.sections()["Of payments and refunds that failed"])
        #expect(failures.own.subtracting(listed.keys) == [])
        #expect(Set(listed.keys).subtracting(failures.own) == ["duplicate-hold"])
    }

    /// The codes of documents, each with the statuses that it is answered with.
    private func statuses(in services: [ServiceAPI]) async throws -> [String: Set<String>] {
        var statuses: [String: Set<String>] = [:]
        for service in services {
            let document = try await service.document()
            var answers = document.operations.flatMap { $0.node["responses"].members }
            let responses = document.root["components"]["responses"]
            answers += [("404", responses["UnknownRoute"]), ("405", responses["MethodNotAllowed"])]
            for (status, node) in answers {
                for code in document.codes(of: try #require(document.resolved(node))) {
                    statuses[code, default: []].insert(status)
                }
            }
        }
        return statuses
    }

    /// The tables of `deploy/errors.md` by their headings: the second column of each code.
    private static func sections() throws -> [String: [String: Set<String>]] {
        let root = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "deploy/errors.md"), encoding: .utf8)
        var sections: [String: [String: Set<String>]] = [:]
        var heading = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("## ") { heading = String(line.dropFirst(3)) }
            guard let row = line.firstMatch(of: /^\| `([a-z-]+)` \| ([^|]+) \|/) else { continue }
            let words = row.2.split(separator: ", ").map { String($0) }
            #expect(sections[heading, default: [:]][String(row.1)] == nil, "\(row.1) stands twice")
            sections[heading, default: [:]][String(row.1)] = Set(words)
        }
        return sections
    }
}

extension ServiceAPI {
    /// Of its codes in `deploy/errors.md`.
    fileprivate var heading: String { self == .ledger ? "Of the ledger" : "Of \(rawValue)" }
}
