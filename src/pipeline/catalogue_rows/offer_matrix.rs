//! Reads the offers of New Commerce: pairs of `product:sku` and product, or Microsoft's offer matrix
//! as a partner downloads it.

use std::collections::BTreeMap;

use csv::{ByteRecord, ReaderBuilder};

use crate::domain::guid::Guid;
use crate::pipeline::catalogue_rows::others::read_offers;
use crate::pipeline::syntax::table::Notes;

/// How many digits and letters the SKU of an offer has. Excel takes the zeros before a number away.
const SKU_LENGTH: usize = 4;

/// Returns the SKU id of each offer, in lower case.
pub(in crate::pipeline) fn read_nce_offers(bytes: &[u8], notes: &mut Notes) -> BTreeMap<String, Guid> {
    let Some(offers) = offers_of_matrix(bytes) else {
        return read_offers(bytes, notes);
    };
    if offers.is_empty() {
        let text = "no row of the offer matrix names a product by a GUID in `ProvisioningId`".to_owned();
        notes.warn(0, text);
    }
    offers
}

/// Reads the offer matrix: `ProductId, SkuId, ProvisioningId` and others, one of which is a text of
/// several lines. What is no license has no GUID there and is left out. `None` if it is another
/// file.
fn offers_of_matrix(bytes: &[u8]) -> Option<BTreeMap<String, Guid>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(bytes);
    let names = reader.byte_headers().ok()?.clone();
    let place = |wanted: &str| {
        names
            .iter()
            .position(|name| name.trim_ascii().eq_ignore_ascii_case(wanted.as_bytes()))
    };
    let (product, sku, provisioning) = (place("ProductId")?, place("SkuId")?, place("ProvisioningId")?);
    let mut offers = BTreeMap::new();
    let mut record = ByteRecord::new();
    while let Ok(true) = reader.read_byte_record(&mut record) {
        let cell = |column: usize| {
            String::from_utf8_lossy(record.get(column).unwrap_or_default())
                .trim()
                .to_lowercase()
        };
        if let Some(of_product) = Guid::parse(cell(provisioning).as_bytes()) {
            let offer = format!("{}:{:0>SKU_LENGTH$}", cell(product), cell(sku));
            offers.entry(offer).or_insert(of_product);
        }
    }
    Some(offers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const E3: Guid = Guid(0x05e9a617_0261_4cee_bb44_138d3ef5d965);

    fn read(text: &str) -> (BTreeMap<String, Guid>, usize) {
        let mut notes = Notes::of("nce.csv");
        let offers = read_nce_offers(text.as_bytes(), &mut notes);
        (offers, notes.problems.len() + notes.warnings.len())
    }

    #[test]
    fn microsofts_offer_matrix_is_read_as_it_is() {
        let text = format!(
            "\u{FEFF}\"ProductTitle\",\"ProductId\",\"SkuId\",\"SkuTitle\",\"ProvisioningId\",\"Description\"\r\n\
             \"Microsoft 365 E3\",\"CFQ7TTC0LFLX\",\"1\",\"x\",\"{0}\",\"Two\r\nlines, \"\"quoted\"\"\"\r\n\
             \"Microsoft 365 E3\",\"CFQ7TTC0LFLX\",\"0021\",\"x\",\" {1} \",\"\"\r\n\
             \"Windows Server\",\"DG7GMGF0PWHC\",\"0003\",\"x\",\"\",\"\"\r\n",
            E3,
            E3.to_string().to_uppercase()
        );
        let expected = [("cfq7ttc0lflx:0001".to_owned(), E3), ("cfq7ttc0lflx:0021".to_owned(), E3)];
        assert_eq!(read(&text), (expected.into(), 0));
        let (none, notes) = read("ProductId,SkuId,ProvisioningId\nCFQ7TTC0LFLX,0001,SPE_E3\n");
        assert_eq!((none.len(), notes), (0, 1));
    }

    #[test]
    fn a_list_of_offers_is_one_as_well() {
        let expected = [("cfq7ttc0lflx:0001".to_owned(), E3)];
        assert_eq!(read(&format!("offer_id,sku_id\nCFQ7TTC0LFLX:0001,{E3}\n")), (expected.into(), 0));
        assert_eq!(read("product,sku\na,b\n").1, 2, "two columns are missing");
    }
}
