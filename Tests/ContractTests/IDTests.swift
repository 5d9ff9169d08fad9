import Contracts
import FoundationEssentials
import Testing

@Suite("Ids")
struct IDTests {
    @Test("are written with their prefix and a lower-case UUID, and read back")
    func written() throws {
        #expect(Sample.payment.description == "pay_0190163d-8694-739b-aea5-966c26f8ad01")
        #expect(PaymentID(Sample.payment.description) == Sample.payment)
        let json = try WireJSON.encode([Sample.payment])
        #expect(String(decoding: json, as: UTF8.self) == #"["\#(Sample.payment)"]"#)
        #expect(try WireJSON.decode([PaymentID].self, from: json) == [Sample.payment])
    }

    @Test("are read in upper case too, and written canonically")
    func upperCase() {
        let id = PaymentID("pay_0190163D-8694-739B-AEA5-966C26F8AD01")
        #expect(id?.description == "pay_0190163d-8694-739b-aea5-966c26f8ad01")
    }

    @Test(
        "with the wrong prefix, length or letters are refused",
        arguments: [
            "", "pay_", "pay", "0190163d-8694-739b-aea5-966c26f8ad01",
            "acct_0190163d-8694-739b-aea5-966c26f8ad01",
            "PAY_0190163d-8694-739b-aea5-966c26f8ad01",
            "pay_0190163d8694739baea5966c26f8ad01",
            "pay_0190163d-8694-739b-aea5-966c26f8ad0",
            "pay_0190163d-8694-739b-aea5-966c26f8ad011",
            "pay_0190163d-8694-739b-aea5-966c26f8ad0g",
            "pay_0190163d-8694-739b-aea5-966c26f8ad01 ",
            "pay_{190163d-8694-739b-aea5-966c26f8ad0}",
        ])
    func refused(_ text: String) throws {
        #expect(PaymentID(text) == nil)
        #expect(throws: DecodingError.self) {
            try WireJSON.decode([PaymentID].self, from: Array("[\"\(text)\"]".utf8))
        }
    }

    @Test("of any digits are read as Foundation reads them")
    func digits() {
        for _ in 0..<1000 {
            let uuid = UUID()
            #expect(UUID(text: uuid.uuidString.utf8) == uuid)
            #expect(UUID(text: uuid.lowercased.utf8) == uuid)
        }
    }

    @Test("have prefixes that nothing else has")
    func prefixes() {
        let prefixes = [
            PaymentSubject.prefix, InvoiceSubject.prefix, CustomerSubject.prefix,
            FeePlanSubject.prefix, AccountSubject.prefix, TransferSubject.prefix,
            HoldSubject.prefix, SagaSubject.prefix,
        ]
        #expect(Set(prefixes).count == prefixes.count)
    }

    @Test("made one after another are version 7, of now, distinct and increasing")
    func increasing() throws {
        let before = UInt64(Date().timeIntervalSince1970 * 1000)
        let ids = (0..<10_000).map { _ in UUIDv7.next() }
        for (id, next) in zip(ids, ids.dropFirst()) {
            #expect(id.lowercased < next.lowercased)
        }
        let first = try #require(ids.first)
        let bytes = withUnsafeBytes(of: first.uuid) { Array($0) }
        #expect(bytes[6] >> 4 == 7)
        #expect(bytes[8] >> 6 == 0b10)
        let millisecond = bytes[..<6].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        #expect(millisecond >= before && millisecond <= before + 60_000)
    }

    @Test("made at once by many tasks never repeat")
    func concurrent() async {
        let ids = await withTaskGroup(of: [UUID].self) { group in
            for _ in 0..<8 { group.addTask { (0..<2_000).map { _ in UUIDv7.next() } } }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(ids).count == 16_000)
    }
}
