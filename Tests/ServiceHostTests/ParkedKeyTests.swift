import TestSupport
import Testing

@testable import ServiceHost

@Suite("The name of a parked key", .tags(.unit))
struct ParkedKeyTests {
    @Test("is the key itself, up to 1 kB")
    func short() {
        #expect(ParkedKey.name(of: "") == "")
        #expect(ParkedKey.name(of: "sga_1") == "sga_1")
        let longest = String(repeating: "k", count: 1024)
        #expect(ParkedKey.name(of: longest) == longest)
    }

    @Test("is its beginning and its digest if it is longer, and longer than any key's own")
    func long() {
        for character in ["k", "é", "€", "😀"] {
            for shift in 0..<4 {
                let key =
                    String(repeating: "x", count: shift) + String(repeating: character, count: 1100)
                let name = ParkedKey.name(of: key)
                #expect((1025...1100).contains(name.utf8.count))
                #expect(name.hasPrefix(key.prefix(200)))
                #expect(ParkedKey.name(of: key + "1") != ParkedKey.name(of: key + "2"))
                #expect(ParkedKey.name(of: name) != name)
            }
        }
    }
}
