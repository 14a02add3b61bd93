// SPDX-License-Identifier: GPL-2.0-only OR MIT OR Apache-2.0
/*
 * A network card whose PHY says what its parameters say, for the test of `trousse link` in a virtual machine (../run).
 *
 * It is real to everything above the PHY: phylib polls it, and the kernel's own ethtool netlink code answers for it. Parameters
 * may be changed while it runs (/sys/module/trousse_phy/parameters); phylib looks once a second.
 */
#include <linux/etherdevice.h>
#include <linux/ethtool_netlink.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/phy.h>
#include <linux/platform_device.h>

#define PHY_ID 0x7e570001 /* of no maker */
#define PAIRS 4

static int link = 1;
module_param(link, int, 0644);
MODULE_PARM_DESC(link, "1: the link is up");

static int speed = SPEED_1000;
module_param(speed, int, 0644);
MODULE_PARM_DESC(speed, "the speed that the link came up at, in Mb/s");

static int duplex = DUPLEX_FULL;
module_param(duplex, int, 0644);
MODULE_PARM_DESC(duplex, "0 half, 1 full");

static int far_gigabit = 1;
module_param(far_gigabit, int, 0644);
MODULE_PARM_DESC(far_gigabit, "1: the far end advertises 1000BASE-T as well");

static int sqi = 5;
module_param(sqi, int, 0644);
MODULE_PARM_DESC(sqi, "signal quality, 0 to 7; negative: not told");

static int ext_state = -1;
module_param(ext_state, int, 0644);
MODULE_PARM_DESC(ext_state, "why the link is down (enum ethtool_link_ext_state); negative: not told");

static int results[PAIRS] = { 1, 1, 1, 1 };
module_param_array(results, int, NULL, 0644);
MODULE_PARM_DESC(results, "what the cable test says of each pair (ETHTOOL_A_CABLE_RESULT_CODE_*)");

static int lengths[PAIRS] = { 0, 0, 0, 0 };
module_param_array(lengths, int, NULL, 0644);
MODULE_PARM_DESC(lengths, "where the fault of each pair lies, in centimetres; 0: not told");

static int trace;
module_param(trace, int, 0644);
MODULE_PARM_DESC(trace, "1: the PHY tells what comes back of a pulse, by distance");

static int endless;
module_param(endless, int, 0644);
MODULE_PARM_DESC(endless, "1: the cable test tells of the first pair, and does not end");

static int under_way;
module_param(under_way, int, 0444);
MODULE_PARM_DESC(under_way, "1: an endless cable test has told of its pair");

static int errors_a_second;
module_param(errors_a_second, int, 0644);
MODULE_PARM_DESC(errors_a_second, "frames with a bad checksum that arrive each second");

/* The registers from which phylib reads what the PHY can do (IEEE 802.3, clause 22). */
static int bus_read(struct mii_bus *bus, int address, int reg)
{
	if (address != 0)
		return 0xffff;
	switch (reg) {
	case MII_PHYSID1:
		return PHY_ID >> 16;
	case MII_PHYSID2:
		return PHY_ID & 0xffff;
	case MII_BMSR:
		return BMSR_ANEGCAPABLE | BMSR_ESTATEN | BMSR_10HALF | BMSR_10FULL | BMSR_100HALF | BMSR_100FULL;
	case MII_ESTATUS:
		return ESTATUS_1000_TFULL;
	default:
		return 0;
	}
}

static int bus_write(struct mii_bus *bus, int address, int reg, u16 value)
{
	return 0;
}

static int phy_config_aneg_nothing(struct phy_device *phydev)
{
	return 0;
}

static int phy_soft_reset_nothing(struct phy_device *phydev)
{
	return 0;
}

static int phy_read_what_is_set(struct phy_device *phydev)
{
	phydev->link = link;
	phydev->autoneg_complete = link;
	phydev->speed = link ? speed : SPEED_UNKNOWN;
	phydev->duplex = link ? duplex : DUPLEX_UNKNOWN;
	phydev->mdix = link ? ETH_TP_MDI_X : ETH_TP_MDI_INVALID;
	linkmode_zero(phydev->lp_advertising);
	if (link) {
		linkmode_set_bit(ETHTOOL_LINK_MODE_Autoneg_BIT, phydev->lp_advertising);
		linkmode_set_bit(ETHTOOL_LINK_MODE_100baseT_Half_BIT, phydev->lp_advertising);
		linkmode_set_bit(ETHTOOL_LINK_MODE_100baseT_Full_BIT, phydev->lp_advertising);
		linkmode_mod_bit(ETHTOOL_LINK_MODE_1000baseT_Full_BIT, phydev->lp_advertising, far_gigabit);
	}
	return 0;
}

/* What a trace was asked for with; step is 0 while none is. */
static struct phy_tdr_config tracing;

static int phy_test_start(struct phy_device *phydev)
{
	tracing.step = 0;
	under_way = 0;
	return 0;
}

static int phy_trace_start(struct phy_device *phydev, const struct phy_tdr_config *config)
{
	/* Not refused where it tells nothing: Linux 6.1 takes the link for up after a refusal. */
	tracing = *config;
	return 0;
}

/* An open end sends back most of the pulse, a short the same upside down; the cable itself next to nothing. */
static int amplitude(int pair, u32 distance)
{
	if (lengths[pair] <= 0 || distance > lengths[pair] || distance + tracing.step <= lengths[pair])
		return 2;
	return results[pair] == ETHTOOL_A_CABLE_RESULT_CODE_OPEN ? 800 : -600;
}

static void tell_trace(struct phy_device *phydev)
{
	u32 distance;
	int pair;

	if (!trace)
		return;

	ethnl_cable_test_pulse(phydev, 1000);
	ethnl_cable_test_step(phydev, tracing.first, tracing.last, tracing.step);
	for (distance = tracing.first; distance <= tracing.last; distance += tracing.step)
		for (pair = 0; pair < PAIRS; pair++)
			ethnl_cable_test_amplitude(phydev, pair, amplitude(pair, distance));
}

static int phy_test_status(struct phy_device *phydev, bool *finished)
{
	int pair;

	if (tracing.step > 0) {
		tell_trace(phydev);
		*finished = true;
		return 0;
	}
	if (endless) {
		if (!under_way)
			ethnl_cable_test_result(phydev, 0, results[0]);
		under_way = 1;
		*finished = false;
		return 0;
	}
	for (pair = 0; pair < PAIRS; pair++) {
		ethnl_cable_test_result(phydev, pair, results[pair]);
		if (lengths[pair] > 0)
			ethnl_cable_test_fault_length(phydev, pair, lengths[pair]);
	}
	*finished = true;
	return 0;
}

static int phy_sqi(struct phy_device *phydev)
{
	return sqi < 0 ? -EOPNOTSUPP : sqi;
}

static int phy_sqi_max(struct phy_device *phydev)
{
	return sqi < 0 ? -EOPNOTSUPP : 7;
}

static struct phy_driver phy = {
	.phy_id = PHY_ID,
	.phy_id_mask = 0xffffffff,
	.name = "trousse test PHY",
	.flags = PHY_POLL_CABLE_TEST,
	.soft_reset = phy_soft_reset_nothing,
	.config_aneg = phy_config_aneg_nothing,
	.read_status = phy_read_what_is_set,
	.cable_test_start = phy_test_start,
	.cable_test_tdr_start = phy_trace_start,
	.cable_test_get_status = phy_test_status,
	.get_sqi = phy_sqi,
	.get_sqi_max = phy_sqi_max,
};

struct card {
	struct mii_bus *bus;
	struct phy_device *phydev;
	unsigned long since;
};

static void link_changed(struct net_device *dev)
{
}

static int card_open(struct net_device *dev)
{
	struct card *card = netdev_priv(dev);

	phy_start(card->phydev);
	return 0;
}

static int card_stop(struct net_device *dev)
{
	struct card *card = netdev_priv(dev);

	phy_stop(card->phydev);
	return 0;
}

static netdev_tx_t card_transmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static void card_stats(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct card *card = netdev_priv(dev);
	u64 errors = div_u64((u64)jiffies_to_msecs(jiffies - card->since) * errors_a_second, MSEC_PER_SEC);

	stats->rx_errors = errors;
	stats->rx_crc_errors = errors;
}

static const struct net_device_ops card_ops = {
	.ndo_open = card_open,
	.ndo_stop = card_stop,
	.ndo_start_xmit = card_transmit,
	.ndo_get_stats64 = card_stats,
};

static int card_ext_state(struct net_device *dev, struct ethtool_link_ext_state_info *info)
{
	if (ext_state < 0)
		return -ENODATA;
	info->link_ext_state = ext_state;
	return 0;
}

static const struct ethtool_ops card_ethtool = {
	.get_link = ethtool_op_get_link,
	.get_link_ksettings = phy_ethtool_get_link_ksettings,
	.get_link_ext_state = card_ext_state,
};

static int card_probe(struct platform_device *pdev)
{
	struct net_device *dev = devm_alloc_etherdev(&pdev->dev, sizeof(struct card));
	struct card *card;
	int error;

	if (!dev)
		return -ENOMEM;
	SET_NETDEV_DEV(dev, &pdev->dev);
	card = netdev_priv(dev);
	card->since = jiffies;
	card->bus = devm_mdiobus_alloc(&pdev->dev);
	if (!card->bus)
		return -ENOMEM;
	card->bus->name = "trousse test bus";
	card->bus->parent = &pdev->dev;
	card->bus->read = bus_read;
	card->bus->write = bus_write;
	card->bus->phy_mask = ~1u;
	snprintf(card->bus->id, MII_BUS_ID_SIZE, "trousse-0");
	error = mdiobus_register(card->bus);
	if (error)
		return error;
	card->phydev = phy_find_first(card->bus);
	if (!card->phydev) {
		error = -ENODEV;
		goto no_bus;
	}
	dev->netdev_ops = &card_ops;
	dev->ethtool_ops = &card_ethtool;
	eth_hw_addr_random(dev);
	error = phy_connect_direct(dev, card->phydev, link_changed, PHY_INTERFACE_MODE_GMII);
	if (error)
		goto no_bus;
	netif_carrier_off(dev);
	error = register_netdev(dev);
	if (error)
		goto no_phy;
	platform_set_drvdata(pdev, dev);
	return 0;

no_phy:
	phy_disconnect(card->phydev);
no_bus:
	mdiobus_unregister(card->bus);
	return error;
}

static int card_remove(struct platform_device *pdev)
{
	struct net_device *dev = platform_get_drvdata(pdev);
	struct card *card = netdev_priv(dev);

	unregister_netdev(dev);
	phy_disconnect(card->phydev);
	mdiobus_unregister(card->bus);
	return 0;
}

static struct platform_driver card_driver = {
	.probe = card_probe,
	.remove = card_remove,
	.driver = { .name = "trousse_phy" },
};

static struct platform_device *device;

static int __init start(void)
{
	int error = phy_driver_register(&phy, THIS_MODULE);

	if (error)
		return error;
	error = platform_driver_register(&card_driver);
	if (error)
		goto no_driver;
	device = platform_device_register_simple("trousse_phy", 0, NULL, 0);
	if (!IS_ERR(device))
		return 0;
	error = PTR_ERR(device);
	platform_driver_unregister(&card_driver);
no_driver:
	phy_driver_unregister(&phy);
	return error;
}

static void __exit end(void)
{
	platform_device_unregister(device);
	platform_driver_unregister(&card_driver);
	phy_driver_unregister(&phy);
}

module_init(start);
module_exit(end);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A card whose PHY says what its parameters say");
