import Contracts
import TestSupport
import Testing

@testable import Payment
@testable import ServiceHost

@Suite("The list of payments", .tags(.database))
struct ListTests {
    @Test("is newest first, in pages that neither repeat nor leave out")
    func pages() async throws {
        let fixture = try await PaymentFixture.make()
        var ids: [PaymentID] = []
        for amount in 1...5 {
            ids.append(try await fixture.createdPayment(amount: Int64(amount)).id)
        }
        _ = try await fixture.createdPayment(tenant: "mallory")

        var seen: [PaymentID] = []
        var query = ["limit": "2"]
        for expected in [2, 2, 1] {
            let page = try await fixture.list(query)
            #expect(page.data.count == expected)
            #expect((page.nextCursor == nil) == (expected == 1))
            seen += page.data.map(\.id)
            query["cursor"] = page.nextCursor
        }
        #expect(seen == ids.reversed())
        #expect(try await fixture.list(["limit": "5"]).nextCursor == nil)
        try await fixture.end()
    }

    @Test("can be asked for one status, one reference, or both")
    func filters() async throws {
        let fixture = try await PaymentFixture.make()
        let first = try await fixture.createdPayment(reference: "order-1")
        try await fixture.play(refusing: [PlaceHold.type: "account-frozen"])
        let second = try await fixture.createdPayment(reference: "order-1")
        let third = try await fixture.createdPayment(reference: "order-2")

        func ids(_ query: [String: String]) async throws -> [PaymentID] {
            try await fixture.list(query).data.map(\.id)
        }
        #expect(try await ids(["status": "failed"]) == [first.id])
        #expect(try await ids(["status": "processing"]) == [third.id, second.id])
        #expect(try await ids(["status": "succeeded"]) == [])
        #expect(try await ids(["reference": "order-1"]) == [second.id, first.id])
        #expect(try await ids(["reference": "order-1", "status": "failed"]) == [first.id])
        #expect(try await ids(["reference": "order-3"]) == [])
        try await fixture.end()
    }

    @Test(
        "asked for something that makes no sense is 400",
        arguments: [
            ["status": "late"], ["status": ""], ["cursor": "acct_1"], ["limit": "0"],
            ["limit": "101"], ["limit": "ten"],
        ])
    func malformed(_ query: [String: String]) async throws {
        let fixture = try await PaymentFixture.make()
        await #expect {
            try await fixture.list(query)
        } throws: { error in
            (error as? Problem)?.status == 400
        }
        try await fixture.end()
    }
}
