import TestSupport
import Testing

@testable import Farthing

@Suite("What consumers count", .tags(.unit))
struct ConsumerCountsTests {
    private func metrics(processed: Int, duplicate: Int) -> String {
        """
        # TYPE consumer_messages_total counter
        consumer_messages_total{operation="ledger.commands",outcome="processed"} \(processed)
        consumer_messages_total{operation="ledger.commands",outcome="duplicate"} \(duplicate)
        http_requests_total{status="200"} 99
        """
    }

    @Test("is added up over the lives of a process, of which each counts from nothing")
    func lives() {
        let counts = ConsumerCounts([])
        counts.take(metrics(processed: 10, duplicate: 1), of: "ledger")
        counts.take(metrics(processed: 15, duplicate: 3), of: "ledger")
        counts.take(metrics(processed: 4, duplicate: 0), of: "ledger")
        #expect(counts.totals == ConsumerCounts.Totals(processed: 19, duplicates: 3))
    }

    @Test("is added up over the services")
    func services() {
        let counts = ConsumerCounts([])
        counts.take(metrics(processed: 10, duplicate: 1), of: "ledger")
        counts.take(metrics(processed: 7, duplicate: 2), of: "billing")
        #expect(counts.totals == ConsumerCounts.Totals(processed: 17, duplicates: 3))
    }

    @Test("knows what was put aside, and what came out of order")
    func troubles() {
        let counts = ConsumerCounts([])
        counts.take(
            """
            consumer_messages_total{operation="o",outcome="poison"} 1
            consumer_messages_total{operation="o",outcome="undecodable"} 2
            consumer_messages_total{operation="o",outcome="parked"} 4
            consumer_out_of_order_total{operation="o"} 8
            """, of: "ledger")
        #expect(counts.totals == ConsumerCounts.Totals(dead: 7, outOfOrder: 8))
    }
}
